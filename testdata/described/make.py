"""Makes the models of this folder: flows of zuko, nflows, normflows and sbi with random weights, described by flow/pytorch/describe.py.

    PYTHONPATH=flow/pytorch:ZUKO:NFLOWS:NORMFLOWS:SBI python3 testdata/described/make.py testdata/described

Made with zuko 1.6.0, nflows 0.14, normflows 1.7.3 and sbi 0.27 under PyTorch 2.6.
"""
import math
import sys

import describe
import normflows
import torch
import zuko
from nflows import distributions, flows, transforms
from nflows.nn import nets
from sbi.neural_nets.net_builders import flow as builders


def spline(i):
    return transforms.PiecewiseRationalQuadraticCouplingTransform(
        mask=[i % 2, 1 - i % 2, 1], tails="linear", tail_bound=3.0, num_bins=5,
        transform_net_create_fn=lambda a, b: nets.ResidualNet(a, b, hidden_features=8, num_blocks=1))


def pieces(kind, i, **more):
    return getattr(transforms, "Piecewise%sCouplingTransform" % kind)(
        mask=[i % 2, 1 - i % 2, 1], transform_net_create_fn=lambda a, b: nets.ResidualNet(a, b, hidden_features=4, num_blocks=1), **more)


def masked(d, **more):
    return transforms.MaskedAffineAutoregressiveTransform(features=d, hidden_features=8, **more)


def nflow(d, *parts):
    return flows.Flow(transforms.CompositeTransform(list(parts)), distributions.StandardNormal([d]))


def coupling():
    return normflows.flows.AffineCouplingBlock(normflows.nets.MLP([1, 8, 2]))


def residual(d, **more):
    return normflows.flows.Residual(normflows.nets.LipschitzMLP([d, 8, 8, d], lipschitz_const=0.8), **more)


def splines():
    line = {"tails": "linear", "tail_bound": 3.0, "num_bins": 4}
    yield "nflows_splines", nflow(
        3, pieces("Linear", 0, **line), pieces("Quadratic", 1, apply_unconditional_transform=True, **line), pieces("Cubic", 0, apply_unconditional_transform=True, **line),
        transforms.MaskedPiecewiseQuadraticAutoregressiveTransform(3, 4, num_blocks=1, **line), transforms.PiecewiseLinearCDF([3], **line)), 3, 0
    small = {"features": 2, "hidden_features": 4, "num_blocks": 1, "num_bins": 3}
    yield "nflows_unit", flows.Flow(transforms.CompositeTransform([
        transforms.MaskedPiecewiseLinearAutoregressiveTransform(**small), transforms.MaskedPiecewiseQuadraticAutoregressiveTransform(**small),
        transforms.MaskedPiecewiseCubicAutoregressiveTransform(**small), transforms.PiecewiseCubicCDF([2], num_bins=3)]),
        distributions.uniform.BoxUniform(torch.zeros(2), torch.ones(2))), -2, 0
    yield "zuko_ncsf", zuko.flows.NCSF(3, 1, transforms=2, bins=4, hidden_features=(8, 8)), 3, 1
    bound = torch.tensor([3.0, math.pi, math.pi])
    nf = normflows.flows
    yield "normflows_circular", normflows.NormalizingFlow(normflows.distributions.UniformGaussian(3, [1, 2], torch.tensor([1.0, 2 * math.pi, 2 * math.pi])), [
        nf.CircularAutoregressiveRationalQuadraticSpline(3, 1, 4, [1, 2], num_bins=3, tail_bound=bound), nf.PeriodicShift([1, 2], bound=math.pi, shift=2.0),
        nf.CircularCoupledRationalQuadraticSpline(3, 1, 4, [1, 2], num_bins=3, tail_bound=bound), nf.PeriodicWrap([2], bound=math.pi),
        nf.CircularCoupledRationalQuadraticSpline(3, 1, 4, [1, 2], num_bins=3, tail_bound=bound, reverse_mask=True)]), 3, 0


def models():
    x, c = torch.randn(50, 2), torch.randn(50, 2)
    base = normflows.distributions.DiagGaussian
    yield "zuko_nsf", zuko.flows.NSF(3, 2, transforms=2, bins=5, hidden_features=(8, 8)), 3, 2
    yield "zuko_maf", zuko.flows.MAF(3, transforms=2, hidden_features=(8,), activation=torch.nn.ELU), 3, 0
    yield "zuko_nice", zuko.flows.NICE(4, transforms=2, hidden_features=(8,)), 4, 0
    yield "nflows_spline", nflow(3, transforms.LULinear(3), spline(0), transforms.RandomPermutation(3), spline(1)), 3, 0
    yield "nflows_maf", nflow(2, transforms.ReversePermutation(2), masked(2, context_features=2)), 2, 2
    yield "nflows_cdf", nflow(2, transforms.CompositeCDFTransform(transforms.Sigmoid(), transforms.PiecewiseRationalQuadraticCDF([2], num_bins=4)), masked(2)), 2, 0
    yield "normflows_realnvp", normflows.NormalizingFlow(base(2), [coupling(), normflows.flows.Permute(2, mode="swap"), coupling(), normflows.flows.Permute(2, mode="swap")]), 2, 0
    yield "normflows_logit", normflows.NormalizingFlow(base(2), [coupling(), normflows.transforms.Logit(0.1)]), -2, 0
    yield "normflows_target", normflows.NormalizingFlow(base(2), [coupling(), normflows.flows.ActNorm(2)], normflows.distributions.TwoMoons()), 2, 0
    yield "normflows_uniform", normflows.NormalizingFlow(normflows.distributions.base.Uniform(3, -4.0, 4.0), [normflows.flows.AutoregressiveRationalQuadraticSpline(3, 1, 8, tail_bound=4)]), 3, 0
    yield "sbi_maf", builders.build_maf(x, c, hidden_features=8, num_transforms=2), 2, 2
    yield "sbi_nsf", builders.build_nsf(x, c, hidden_features=8, num_transforms=2), 2, 2
    yield from splines()
    yield "normflows_output", normflows.NormalizingFlow(base(2), [normflows.flows.AffineCouplingBlock(normflows.nets.MLP([1, 5, 4, 2], output_fn="tanh"))]), 2, 0
    yield "zuko_residual", zuko.flows.MAF(2, 1, transforms=1, hidden_features=(4, 6), residual=True), 2, 1
    yield "zuko_normalize", zuko.flows.NICE(2, transforms=1, hidden_features=(5, 5), normalize=True), 2, 0
    yield "zuko_lambda", zuko.flows.Flow([
        zuko.flows.UnconditionalTransform(lambda: torch.distributions.SigmoidTransform().inv),
        zuko.flows.MAF(2, transforms=1, hidden_features=(4,)).transform.transforms[0]], zuko.flows.MAF(2).base), -2, 0
    box = torch.distributions.Independent(torch.distributions.Uniform(-torch.ones(2), 2 * torch.ones(2)), 1)
    yield "sbi_unconstrained", builders.build_zuko_maf(
        x.tanh(), c, z_score_x="transform_to_unconstrained", x_dist=box, hidden_features=4, num_transforms=1,
        embedding_net=torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.SiLU())), -2, 2
    yield "nflows_mademog", flows.Flow(masked(2, context_features=2), distributions.MADEMoG(2, 8, 2, num_mixture_components=3)), 2, 2
    yield "nflows_least", nflow(2, transforms.PiecewiseRationalQuadraticCouplingTransform(
        mask=[1, 0], tails="linear", tail_bound=3.0, num_bins=4, min_bin_width=0.02, min_bin_height=0.02, min_derivative=0.1,
        transform_net_create_fn=lambda a, b: nets.ResidualNet(a, b, hidden_features=8, num_blocks=1))), 2, 0
    yield "nflows_general", nflow(2, transforms.AffineCouplingTransform(
        mask=[1, 0], scale_activation=transforms.AffineCouplingTransform.GENERAL_SCALE_ACTIVATION,
        transform_net_create_fn=lambda a, b: nets.ResidualNet(a, b, hidden_features=8, num_blocks=1))), 2, 0
    yield "normflows_sigmoid_inv", normflows.NormalizingFlow(base(2), [normflows.flows.AffineCouplingBlock(normflows.nets.MLP([1, 8, 2]), scale_map="sigmoid_inv")]), 2, 0
    yield "sbi_made", builders.build_made(x, c, hidden_features=8), 2, 2
    yield "normflows_glow", glow(normflows.distributions.GlowBase((4, 2, 2), 3), net_actnorm=True), (1, 4, 4), 3
    yield "normflows_glow_shift", glow(normflows.distributions.DiagGaussian((4, 2, 2)), transform=normflows.transforms.Shift(), classes=False), (1, 4, 4), 0
    yield "normflows_glow_plain", glow(normflows.distributions.ClassCondDiagGaussian((4, 2, 2), 3), split_mode="channel_inv", transform=normflows.transforms.Logit(0.05)), (1, 4, 4), 3
    yield "normflows_planar", normflows.NormalizingFlow(base(3), [normflows.flows.Planar((3,)), normflows.flows.Planar((3,), act="leaky_relu")]), 3, 0
    yield "normflows_radial", normflows.NormalizingFlow(base(3), [normflows.flows.Radial((3,)), normflows.flows.Radial((3,))]), 3, 0
    yield "normflows_residual", normflows.NormalizingFlow(base(3), [residual(3), normflows.flows.ActNorm(3), residual(3, reverse=False)]), 3, 0
    yield "nflows_squashed", nflow(1, masked(1, context_features=1), transforms.nonlinearities.GatedLinearUnit(), transforms.nonlinearities.CauchyCDF(), transforms.nonlinearities.CauchyCDFInverse()), 1, 1
    yield "zuko_cnf", zuko.flows.CNF(2, 1, hidden_features=(8, 8)), 2, 1
    yield "zuko_cnf_tanh", zuko.flows.CNF(3, freqs=2, hidden_features=(8,), activation=torch.nn.Tanh), 3, 0


def glow(base, transform=None, classes=True, **more):
    block = normflows.flows.GlowBlock(4, 3, use_lu=False, **more)
    return normflows.MultiscaleFlow([base], [[block, normflows.flows.Squeeze()]], [], transform=transform, class_cond=classes)


torch.manual_seed(1)
for name, model, d, c in models():
    with torch.no_grad():
        for p in model.parameters():
            p.add_(0.2 * torch.randn_like(p))
    if isinstance(d, tuple):
        rows, context = torch.rand(5, *d), torch.randint(0, c, (5,)) if c else None
    else:
        rows = torch.randn(5, d) if d > 0 else torch.rand(5, -d)
        context = torch.randn(5, c) if c else None
    if name == "normflows_residual":
        normflows.utils.update_lipschitz(model, 200)
    if name in ("normflows_target", "normflows_residual") or name.startswith("normflows_glow"):
        describe.density(model, rows, context)  # ActNorm starts from data
    describe.save(model, f"{sys.argv[1]}/{name}.safetensors", rows, context)
