"""Describes a normalizing flow of PyTorch: writes its tensors together with what its modules are.

    import describe
    describe.save(model, "model.safetensors", rows, context)

model is a flow of zuko, nflows or normflows, a transform of nflows, a density estimator or a posterior of sbi.
rows are a few points, n x d, context what the model is given with them, n x c (a model of normflows with
classes: n numbers of classes), or None. The file holds the state dictionary, and as metadata the classes and plain
attributes of all modules, the versions of the libraries, and the rows with the log-densities that the model gives them.
It needs PyTorch and nothing else.
"""
import functools
import json
import math
import struct
import sys

KEY = "normflow.description"
LIBRARIES = ("zuko", "nflows", "normflows", "sbi", "torch")


def save(model, path, rows, context=None, log_prob=None):
    """Writes the model to the file path. log_prob(model, rows, context) computes log-densities; None finds out how."""
    import torch

    model = estimator(model)
    training = model.training
    model.eval()
    try:
        state = {name: tensor.detach().cpu().contiguous() for name, tensor in model.state_dict().items()}
        text = json.dumps(describe(model, torch.as_tensor(rows), context, log_prob or density), allow_nan=False)
    finally:
        model.train(training)
    write(path, state, {KEY: text})


def estimator(model):
    """Returns the density estimator in a posterior of sbi, or the model itself."""
    for name in ("posterior_estimator", "_neural_net", "net") if not hasattr(model, "state_dict") else ():
        inner = getattr(model, name, None)
        if hasattr(inner, "state_dict"):
            return inner
    if not hasattr(model, "state_dict"):
        raise TypeError("describe: got a %s, want a module of PyTorch or a posterior of sbi" % type(model).__name__)
    return model


def describe(model, rows, context, log_prob):
    """Returns the description as plain data."""
    import torch

    labels = context is not None and not torch.as_tensor(context).is_floating_point()
    try:
        densities, double = evaluate(model, rows, context, log_prob)
    except NotImplementedError:  # no inverse in its library, such as Planar of normflows
        rows, densities, double = *drawn(model, len(rows)), True
    return {
        "format": 1,
        "versions": {name: str(getattr(sys.modules[name], "__version__", "")) for name in LIBRARIES if name in sys.modules},
        "modules": modules(model),
        "float64": double,
        "rows": rows.double().reshape(len(rows), -1).tolist(),
        "context": None if context is None or labels else torch.as_tensor(context).double().reshape(len(rows), -1).tolist(),
        "labels": torch.as_tensor(context).reshape(-1).tolist() if labels else None,
        "log_prob": [number(v) for v in densities],
    }


def evaluate(model, rows, context, log_prob):
    """Returns the log-densities, in float64 where the model can be evaluated so, and whether it could. Models may change the rows that they get."""
    import copy

    import torch

    context = None if context is None else torch.as_tensor(context)
    real = context is not None and context.is_floating_point()
    with torch.no_grad():
        try:
            double = exact(copy.deepcopy(model).double())
            return log_prob(double, rows.double().clone(), context.double() if real else context).double().reshape(-1).tolist(), True
        except (RuntimeError, TypeError, ValueError, copy.Error):
            kind = next((p.dtype for p in model.parameters()), torch.float32)
            rows, context = rows.to(kind, copy=True), context.to(kind) if real else context
            return log_prob(model, rows, context).double().reshape(-1).tolist(), False


def drawn(model, n):
    """Returns n rows that a model of normflows draws, with their log-densities: what can be known of one without inverse."""
    import copy

    import torch

    with torch.no_grad():
        rows, densities = exact(copy.deepcopy(model).double()).sample(n)
    return rows.double(), densities.double().reshape(-1).tolist()


def exact(model):
    """Returns the model with the constants in float64 that its libraries round: those of standard normals in sbi, of uniform distributions in normflows, and with the exact log-determinants of residual flows."""
    import torch

    for module in model.modules():
        z, shape = getattr(module, "_log_z", None), getattr(module, "_shape", None)
        if isinstance(z, torch.Tensor) and shape is not None and abs(float(z) - math.log(2 * math.pi) * shape.numel() / 2) < 1e-5 * abs(float(z)):
            module._log_z = torch.full_like(z, math.log(2 * math.pi) * shape.numel() / 2)
        low, high = getattr(module, "low", None), getattr(module, "high", None)
        if hasattr(module, "log_prob_val") and isinstance(low, torch.Tensor) and isinstance(high, torch.Tensor):
            module.log_prob_val = -int(module.d) * torch.log(high.double() - low.double())
        if getattr(module, "act", None) == "leaky_relu" and hasattr(module, "u"):
            module.forward = functools.partial(leaky_planar, module)
        if hasattr(module, "_logdetgrad") and hasattr(module, "_inverse_fixed_point"):
            module._logdetgrad = functools.partial(log_determinant, module)
            module._inverse_fixed_point = functools.partial(fixed_point, module)
    return model


def leaky_planar(flow, z):
    """Returns what a Planar of normflows makes of z, and the log-determinant, which it computes in float32 if it has a leaky ReLU; with the slope of its inverse."""
    import torch

    w, inner = flow.w, (flow.w * flow.u).sum()
    u = flow.u + (torch.log(1 + torch.exp(inner)) - 1 - inner) * w / (w**2).sum()
    lin = (w * z).sum(-1, keepdim=True) + flow.b
    slope = torch.where(lin < 0, 1 + float(torch.tensor(flow.h.negative_slope - 1.0, dtype=torch.float32)), 1.0).to(z)
    return z + u * slope * lin, torch.log(torch.abs(1 + (w * u).sum() * slope.reshape(-1)))


def log_determinant(block, x):
    """Returns g(x) and log det(I + dg/dx) of a residual block of normflows, which estimates it at random."""
    import torch

    with torch.enable_grad():
        x = x.detach().requires_grad_(True)
        g = block.nnet(x)
        jacobian = torch.stack([torch.autograd.grad(g[:, j].sum(), x, retain_graph=True)[0] for j in range(g.shape[1])], 1)
    eye = torch.eye(x.shape[1], dtype=x.dtype)
    return g.detach(), torch.linalg.slogdet(eye + jacobian)[1].reshape(-1, 1)


def fixed_point(block, y):
    """Returns the x with x + g(x) = y to the last digits."""
    x = y
    for _ in range(3000):
        x = y - block.nnet(x)
    return x


def density(model, rows, context):
    """Returns log p(rows | context) as the libraries compute it."""
    name = type(model).__module__.split(".")[0]
    if hasattr(model, "condition_shape") or name == "sbi":
        if context is None:
            return model.log_prob(rows.unsqueeze(0)).reshape(-1)
        return model.log_prob(rows.unsqueeze(0), condition=context).reshape(-1)
    if not hasattr(model, "log_prob"):
        if callable(getattr(model, "inverse", None)):  # a transform of nflows
            z, log_det = model(rows, context)
            return log_det - (z.square() + math.log(2 * math.pi)).sum(-1) / 2
        made = model() if context is None else model(context)  # zuko
        return made.log_prob(rows)
    if name == "normflows" and hasattr(model, "merges"):  # a MultiscaleFlow
        return model.log_prob(rows, context)
    if context is None:
        return model.log_prob(rows)
    if hasattr(model, "_transform"):
        return model.log_prob(rows, context=context)
    return model.log_prob(rows, context)


def modules(model):
    """Returns class and attributes of each module by its path."""
    found = {path: {"class": type(m).__name__, "attributes": attributes(m)} for path, m in model.named_modules()}
    for path, m in model.named_modules():
        if found[path]["attributes"].get("f") == "<lambda>" or type(m).__name__ == "CallableTransform":  # what a function without name makes
            known, value = plain(m(), type(m))
            if known:
                found[path]["attributes"]["f"] = value
    return found


def attributes(module):
    """Returns the attributes of a module that are plain, or names of functions and classes."""
    found = {}
    for name, value in vars(module).items():
        if name in ("_parameters", "_buffers", "_modules") or name.endswith("_hooks") or "_hooks_" in name or name.startswith("_non_persistent"):
            continue
        known, value = plain(value, type(module))
        if known:
            found[name] = value
    return found


def plain(value, owner, depth=0):
    """Returns whether a value can be described, and its description."""
    if value is None or isinstance(value, (bool, int, str)):
        return True, value
    if isinstance(value, float):
        return True, number(value)
    if isinstance(value, functools.partial):
        parts = [plain(v, owner, depth + 1) for v in value.args]
        keywords = {k: plain(v, owner, depth + 1) for k, v in value.keywords.items()}
        return True, {
            "partial": plain(value.func, owner, depth + 1)[1],
            "arguments": [v if ok else "<object>" for ok, v in parts],
            "keywords": {k: v if ok else "<object>" for k, (ok, v) in keywords.items()},
        }
    if isinstance(value, (list, tuple)) and len(value) <= 64 and depth < 3:
        parts = [plain(v, owner, depth + 1) for v in value]
        return all(ok for ok, _ in parts), [v for _, v in parts]
    if isinstance(value, dict) and len(value) <= 64 and depth < 3 and all(isinstance(k, str) for k in value):
        parts = {k: plain(v, owner, depth + 1) for k, v in value.items()}
        return all(ok for ok, _ in parts.values()), {k: v for k, (_, v) in parts.items()}
    if hasattr(value, "tolist") and hasattr(value, "numel") and value.numel() <= 64:  # a tensor that is no parameter
        return plain(value.tolist(), owner, depth)
    if not isinstance(value, type) and hasattr(value, "log_abs_det_jacobian"):  # a transform of PyTorch
        return transform(value, owner)
    if hasattr(value, "base_dist"):  # a distribution of PyTorch, which is no module
        inner = {name: plain(getattr(value.base_dist, name), owner, depth + 1) for name in value.base_dist.arg_constraints}
        return all(ok for ok, _ in inner.values()), {"distribution": type(value).__name__, **{k: v for k, (_, v) in inner.items()}}
    if callable(value) and not hasattr(value, "state_dict"):
        return True, function_name(value, owner)
    return False, None


def transform(value, owner):
    """Returns whether a transform of PyTorch can be described, and its description: its class, whether it is the inverse of that, attributes."""
    inverse = type(value).__name__ in ("_InverseTransform", "Inverse")
    if inverse:
        value = value.inv
    parts = {k: plain(v, owner) for k, v in vars(value).items() if not k.startswith("_")}
    described = {"transform": type(value).__name__, "inverse": inverse, **{k: v for k, (_, v) in parts.items()}}
    return all(ok for ok, _ in parts.values()), described


def function_name(function, owner):
    """Returns the name of a function, or that by which the class keeps it."""
    for kind in owner.__mro__:
        for name, value in vars(kind).items():
            if getattr(value, "__func__", value) is getattr(function, "__func__", function):
                return name
    return getattr(function, "__name__", type(function).__name__)


def number(value):
    """Returns a number as JSON may hold it."""
    return value if math.isfinite(value) else str(value)


def write(path, state, metadata):
    """Writes a safetensors file."""
    import torch

    names = {torch.float64: "F64", torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64",
             torch.int32: "I32", torch.uint8: "U8", torch.bool: "BOOL"}
    header, at = {"__metadata__": metadata}, 0
    for name, tensor in state.items():
        size = tensor.numel() * tensor.element_size()
        header[name] = {"dtype": names[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text)
        for tensor in state.values():
            flat = tensor.reshape(-1).view(torch.uint8)
            try:
                out.write(flat.numpy().tobytes())
            except RuntimeError:  # PyTorch without NumPy
                out.write(bytes(flat.tolist()))
