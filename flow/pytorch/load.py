"""Loads a normalizing flow that pytorch.ExportZuko or pytorch.ExportNflows of normflow wrote.

    import load
    model = load.load("model.safetensors")  # a zuko.flows.Flow or nflows.flows.Flow in float64

The file holds the model's state dictionary and, as metadata, how the library makes the model, and rows with their
log-densities, which load compares with those of the model it made. It needs PyTorch and the library. What a file may
call is listed in NAMES and HELPERS.
"""
import functools
import importlib
import json
import math
import struct

import torch

NAMES = """
torch.tensor torch.nn.Sequential torch.nn.Linear torch.nn.Hardtanh torch.nn.Identity torch.nn.ReLU torch.nn.Tanh torch.nn.LeakyReLU
torch.nn.ELU torch.nn.SiLU torch.nn.GELU torch.nn.Softplus torch.nn.Sigmoid torch.distributions.AffineTransform
zuko.flows.Flow zuko.lazy.LazyInverse zuko.lazy.UnconditionalTransform zuko.lazy.UnconditionalDistribution
zuko.distributions.DiagNormal zuko.distributions.BoxUniform zuko.flows.autoregressive.MaskedAutoregressiveTransform
zuko.flows.coupling.GeneralCouplingTransform zuko.flows.gaussianization.ElementWiseTransform zuko.flows.spline.CircularRQSTransform
zuko.transforms.AdditiveTransform zuko.transforms.MonotonicAffineTransform zuko.transforms.MonotonicRQSTransform
zuko.transforms.PermutationTransform zuko.transforms.RotationTransform zuko.transforms.SoftclipTransform
zuko.transforms.LULinearTransform zuko.transforms.GaussianizationTransform zuko.transforms.BoundedBernsteinTransform
zuko.flows.polynomial.ShiftedSOSPTransform zuko.mixtures.GMM zuko.lazy.LazyComposedTransform
torch.distributions.SigmoidTransform torch.distributions.ExpTransform torch.distributions.TanhTransform
nflows.flows.Flow nflows.transforms.CompositeTransform nflows.transforms.InverseTransform nflows.transforms.Permutation
nflows.transforms.LULinear nflows.transforms.NaiveLinear nflows.transforms.ActNorm nflows.transforms.PointwiseAffineTransform
nflows.transforms.Tanh nflows.transforms.Exp nflows.transforms.LogTanh nflows.transforms.Sigmoid nflows.nn.nets.ResidualNet
nflows.transforms.PiecewiseRationalQuadraticCDF nflows.transforms.coupling.AffineCouplingTransform
nflows.transforms.coupling.AffineCouplingTransform.DEFAULT_SCALE_ACTIVATION torch.exp
nflows.transforms.coupling.AffineCouplingTransform.GENERAL_SCALE_ACTIVATION
nflows.transforms.coupling.AdditiveCouplingTransform nflows.transforms.coupling.PiecewiseRationalQuadraticCouplingTransform
nflows.transforms.autoregressive.MaskedAffineAutoregressiveTransform
nflows.transforms.autoregressive.MaskedPiecewiseRationalQuadraticAutoregressiveTransform
torch.nn.functional.relu torch.nn.functional.tanh torch.nn.functional.leaky_relu torch.nn.functional.elu torch.nn.functional.silu
nflows.transforms.LeakyReLU nflows.distributions.ConditionalDiagonalNormal nflows.transforms.PiecewiseLinearCDF
nflows.transforms.PiecewiseQuadraticCDF nflows.transforms.PiecewiseCubicCDF nflows.transforms.coupling.PiecewiseLinearCouplingTransform
nflows.transforms.coupling.PiecewiseQuadraticCouplingTransform nflows.transforms.coupling.PiecewiseCubicCouplingTransform
nflows.transforms.autoregressive.MaskedPiecewiseLinearAutoregressiveTransform
nflows.transforms.autoregressive.MaskedPiecewiseQuadraticAutoregressiveTransform
nflows.transforms.autoregressive.MaskedPiecewiseCubicAutoregressiveTransform
torch.nn.functional.gelu torch.nn.functional.softplus torch.nn.functional.sigmoid
""".split()


def load(path, tolerance=1e-8):
    """Returns the model in the file, in float64, whose log-densities it has compared with those in the file."""
    state, metadata = read(path)
    model = build(json.loads(metadata["normflow.constructor"])).double()
    model.load_state_dict(state, strict=True)
    model.eval()
    known = json.loads(metadata["normflow.description"])
    rows, want = floats(known["rows"]), floats([float(v) for v in known["log_prob"]])
    context = None if known["context"] is None else floats(known["context"])
    with torch.no_grad():
        got = density(model, rows, context)
    if not known["float64"]:
        tolerance = 1e-4
    if not torch.allclose(got, want, rtol=tolerance, atol=tolerance):
        raise ValueError("load: got log-densities %s, want %s: another version of the library?" % (got.tolist(), want.tolist()))
    return model


def density(model, rows, context):
    """Returns log p(rows | context)."""
    if hasattr(model, "_distribution"):  # nflows
        return model.log_prob(rows, context)
    return model(context).log_prob(rows)


def read(path):
    """Returns the tensors and the metadata of a safetensors file."""
    kinds = {"F64": torch.float64, "I64": torch.int64, "BOOL": torch.bool}
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = bytearray(file.read())
    metadata, state = header.pop("__metadata__"), {}
    for name, t in header.items():
        begin, end = t["data_offsets"]
        flat = torch.frombuffer(data[begin:end], dtype=kinds[t["dtype"]]) if end > begin else torch.empty(0, dtype=kinds[t["dtype"]])
        state[name] = flat.reshape(t["shape"])
    return state, metadata


def build(value):
    """Returns the object that the file describes."""
    if isinstance(value, list):
        return [build(v) for v in value]
    if not isinstance(value, dict):
        return value
    if "name" in value:
        return named(value["name"])
    arguments = {key: build(v) for key, v in value.get("with", {}).items()}
    if "partial" in value:
        return functools.partial(named(value["partial"]), **arguments)
    return named(value["call"])(*build(value.get("list", [])), **arguments)


def named(name):
    """Returns the function or class of a name, if it is one of those that files may hold."""
    if name in HELPERS:
        return HELPERS[name]
    if name not in NAMES:
        raise ValueError("load: the file asks for %r, which this version of load.py does not know" % name)
    path = name.split(".")
    last = next((i for i, part in enumerate(path) if part[0].isupper()), len(path) - 1)
    return functools.reduce(getattr, path[last:], importlib.import_module(".".join(path[:last])))


def floats(numbers):
    """Returns a tensor of float64."""
    return torch.tensor(numbers, dtype=torch.float64)


def inverse(*phi, of):
    """Returns the inverse of a transform of the library."""
    return of(*phi).inv


def clipped(transform, net, clip, columns):
    """Returns the transform, whose network sees the first columns of its input clipped to [-clip, clip]."""
    transform.clip = clip

    def see(_, inputs):
        x, *rest = inputs
        return (torch.cat((x[..., :columns].clamp(-clip, clip), x[..., columns:]), -1), *rest)

    getattr(transform, net).register_forward_pre_hook(see)
    return transform


def embedded(flow, net):
    """Returns the flow, whose context first passes the network."""
    flow._embedding_net = net

    def embed(flow, inputs, named):
        (c,) = (*inputs, *named.values())
        return (flow._embedding_net(c),), {}

    flow.register_forward_pre_hook(embed, with_kwargs=True)
    return flow


def turned(transform):
    """Returns a masked autoregressive transform of nflows, whose univariate goes the other way, not the transform."""
    forward, back = transform._elementwise_forward, transform._elementwise_inverse
    transform._elementwise_forward, transform._elementwise_inverse = back, forward
    transform.turned = True
    return transform


def scaled(transform, scale, name):
    """Returns a masked affine transform of nflows with the scales scale(raw), a function of that name."""

    def forward(x, params):
        raw, shift = transform._unconstrained_scale_and_shift(params)
        return scale(raw) * x + shift, scale(raw).log().sum(-1)

    def back(y, params):
        raw, shift = transform._unconstrained_scale_and_shift(params)
        return (y - shift) / scale(raw), -scale(raw).log().sum(-1)

    transform._elementwise_forward, transform._elementwise_inverse, transform.scale_activation = forward, back, name
    return transform


def always(net):
    """Returns a function that makes the network."""
    return lambda *widths: net


def soft_clip(x):
    """Returns the scales of the affine maps of zuko, and of ours."""
    return torch.exp(x / (1 + torch.abs(x) / math.log(1000)))


def softplus_scale(x):
    """Returns the scales of nflows' masked affine transforms."""
    return torch.nn.functional.softplus(x) + 1e-3


def clip_scale(x):
    """Returns scales between two bounds."""
    return torch.exp(x.clamp(-5, 3))


def glow_scale(x):
    """Returns the inverses of Glow's scales."""
    return 1 / torch.sigmoid(x + 2)


def sigmoid_scale(x):
    """Returns Glow's scales."""
    return torch.sigmoid(x + 2)


def tanh_scale(x):
    """Returns scales between two bounds, smoothly."""
    return torch.exp(2 * torch.tanh(x / 2))


def standard_normal(shape):
    """Returns nflows' StandardNormal, whose samples have the type of the model."""

    class StandardNormal(importlib.import_module("nflows.distributions").StandardNormal):
        def _sample(self, n, context):
            return super()._sample(n, context).to(self._log_z)

    return StandardNormal(shape)


def box(low, high):
    """Returns a uniform distribution, as flows of nflows sample it."""
    base = importlib.import_module("nflows.distributions.base").Distribution

    class Box(base):
        def __init__(self):
            super().__init__()
            self.register_buffer("low", low)
            self.register_buffer("high", high)

        def _log_prob(self, inputs, context):
            inside = ((inputs >= self.low) & (inputs <= self.high)).all(-1)
            return torch.where(inside, -(self.high - self.low).log().sum(), -math.inf)

        def _sample(self, n, context):
            size = (n,) if context is None else (len(context), n)
            return self.low + (self.high - self.low) * torch.rand(*size, len(self.low)).to(self.low)

    return Box()


class Conditioner(torch.nn.Sequential):
    """A perceptron of columns and context, as couplings of nflows call it."""

    def forward(self, inputs, context=None):
        return super().forward(inputs if context is None else torch.cat((inputs, context), 1))


class Standardize(torch.nn.Module):
    """The map (c - mean) / std."""

    def __init__(self, features):
        super().__init__()
        self.register_buffer("_mean", torch.zeros(features))
        self.register_buffer("_std", torch.ones(features))

    def forward(self, c):
        return (c - self._mean) / self._std


HELPERS = {f.__name__: f for f in (
    floats, inverse, clipped, embedded, turned, scaled, always, soft_clip, softplus_scale, clip_scale, glow_scale, sigmoid_scale, tanh_scale,
    standard_normal, box, Conditioner, Standardize)}
