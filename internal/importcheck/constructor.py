"""What a constructor says of the modules of a model: reads its text, writes {path: {class, attributes}} as JSON.

Names stand for themselves, calls are recorded, nothing of the libraries is needed.
"""
import builtins
import json
import math
import sys

PLAIN = (bool, int, float, str, type(None))
POSITIONAL = {  # what the first arguments of layers without tensors are called
    "LeakyReLU": ["negative_slope"],
    "Permute": ["num_channels", "mode"],
    "Logit": ["alpha"],
    "GlowBase": ["shape", "num_classes"],
    "ClassCondDiagGaussian": ["shape", "num_classes"],
    "Uniform": ["shape", "low", "high"],
    "partial": ["f"],
    "PeriodicShift": ["ind", "bound", "shift"],
    "PeriodicWrap": ["ind", "bound"],
    "CircularCoupledRationalQuadraticSpline": ["num_input_channels", "num_blocks", "num_hidden_channels", "ind_circ"],
    "CircularAutoregressiveRationalQuadraticSpline": ["num_input_channels", "num_blocks", "num_hidden_channels", "ind_circ"],
}


NORMFLOWS = ("NormalizingFlow", "ConditionalNormalizingFlow", "ClassCondFlow")


class Name:
    """A name, or what became of names by arithmetic."""

    def __init__(self, name):
        self.name = name

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return math.pi if name == "pi" else Name(name)

    def __call__(self, *args, **keywords):
        return Call(self.name, args, keywords)

    def same(self, *_):
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __mod__ = __truediv__ = __eq__ = __neg__ = __getitem__ = same
    __hash__ = object.__hash__


class Call(Name):
    def __init__(self, name, args, keywords):
        super().__init__(name)
        self.args, self.keywords = args, keywords

    def __getattr__(self, name):
        if name == "inv":
            return Call(self.name, self.args, {**self.keywords, "inverse": not self.keywords.get("inverse", False)})
        if name == "transforms":  # of a preset of zuko
            return [Call(self.name, (), self.keywords) for _ in range(self.keywords.get("transforms", 3))]
        return super().__getattr__(name) if name.startswith("__") else self


class Names(dict):
    def __missing__(self, name):
        return getattr(builtins, name) if hasattr(builtins, name) else Name(name)


def plain(value):
    """Returns a value as an attribute of a description."""
    if isinstance(value, PLAIN):
        return value
    if isinstance(value, tuple) or isinstance(value, list) and all(isinstance(v, PLAIN) for v in value):
        return [plain(v) for v in value]
    if isinstance(value, Call) and value.name == "partial":
        return {"partial": plain(value.args[0]), "arguments": [], "keywords": {k: plain(v) for k, v in value.keywords.items()}}
    if isinstance(value, Call) and value.name in ("zeros", "ones") and len(value.args) == 1 and isinstance(value.args[0], int):
        return [float(value.name == "ones")] * value.args[0]
    if isinstance(value, Call):
        return "<object>"
    if isinstance(value, Name):
        return value.name
    if callable(value):
        return "<lambda>"
    return "<object>"


def attributes(call):
    """Returns the arguments of a call, and of calls among them, by name."""
    found = {k: plain(v) for k, v in call.keywords.items() if not (isinstance(v, Call) and v.name != "partial")}
    for name, value in zip(POSITIONAL.get(call.name, []), call.args):
        found[name] = plain(value)
    if call.name == "UnconditionalTransform":
        found["f"] = plain(call.args[0])
        if found["f"] == "<lambda>":
            made = call.args[0]()
            found["f"] = {"transform": made.name, "inverse": False, **attributes(made)}
    inner = list(call.args) + list(call.keywords.values())
    create = call.keywords.get("transform_net_create_fn")
    if create:
        inner.append(create(1, 1))
    for value in inner:
        if isinstance(value, Call) and value.name != "partial":
            for k, v in attributes(value).items():
                found.setdefault(k, v)
    return found


def listed(out, prefix, items, name):
    for i, item in enumerate(items):
        path = f"{prefix}{i}"
        if isinstance(item, list):
            listed(out, path + ".", item, name)
        elif isinstance(item, Call) and item.args and isinstance(item.args[0], list) and isinstance(item.args[0][0], (Call, list)):
            listed(out, f"{path}.{name}", item.args[0], name)
        elif isinstance(item, Call):
            out[path] = {"class": item.name, "attributes": attributes(item)}


def embedding(out, prefix, net):
    if isinstance(net, Call) and net.name == "Sequential":
        for i, part in enumerate(net.args):
            if part.name != "Linear":
                out[f"{prefix}{i}"] = {"class": part.name, "attributes": attributes(part)}


def unbounded(box):
    """Returns PyTorch's transform from a box to all numbers: the inverse of low + (high - low)*sigmoid(x)."""
    low, high = (plain(v) for v in box.args)
    parts = [{"transform": "SigmoidTransform"}, {"transform": "AffineTransform", "loc": low, "scale": [b - a for a, b in zip(low, high)]}]
    return {"transform": "ComposeTransform", "inverse": True, "parts": parts}


def modules(model):
    out = {}
    if model.name == "Wrapped":
        model = model.args[1]
    library = {"Flow": "_transform._transforms.", "ZFlow": "transform.transforms.", "Composite": "_transforms."}.get(model.name, "flows.")
    first = list(model.args) + list(model.keywords.values())
    base = [a for a in first if isinstance(a, Call) and a.name not in ("Composite", "Sequential")]
    sbi = model.name.startswith("build_")
    for argument in first:
        if isinstance(argument, Call) and argument.name == "Composite":
            argument = argument.args[0]
        if isinstance(argument, list) and argument and isinstance(argument[0], (Call, list)) and "_transforms.0" not in str(list(out)):
            if model.name == "MultiscaleFlow" and not isinstance(argument[0], list):
                continue  # q0
            listed(out, library, argument, "_transforms.")
    if not out:
        out[""] = {"class": model.name, "attributes": {} if sbi else attributes(model)}
    if base and model.name != "Composite" and not sbi and model.name in ("Flow", "ZFlow") + NORMFLOWS:
        at = {"Flow": "_distribution", "ZFlow": "base"}.get(model.name, "q0")
        part = base[-1] if model.name in ("Flow", "ZFlow") else base[0]
        keep = {"f": plain(part.args[0])} if part.name == "UnconditionalDistribution" else attributes(part)
        if part.name == "NBoxUniform":
            out[""] = {"class": model.name, "attributes": {"_distribution": {"distribution": "BoxUniform", "low": plain(part.args[0]), "high": plain(part.args[1])}}}
            return out
        out[at] = {"class": part.name, "attributes": keep}
    standardised = sbi and model.keywords.get("z_score_y") != "none"
    net = model.keywords.get("embedding_net") or (model.args[2] if model.name == "Flow" and len(model.args) > 2 else None)
    embedding(out, "_embedding_net.1." if standardised else "_embedding_net.", net)
    if sbi and model.keywords.get("z_score_x") == "transform_to_unconstrained":
        out["transform.transforms.0"] = {"class": "UnconditionalTransform", "attributes": {"f": unbounded(model.keywords["x_dist"])}}
    if "transform" in model.keywords and model.name == "MultiscaleFlow":
        out["transform"] = {"class": model.keywords["transform"].name, "attributes": attributes(model.keywords["transform"])}
    if model.name == "MultiscaleFlow":
        for i, part in enumerate(model.args[0]):
            out[f"q0.{i}"] = {"class": part.name, "attributes": attributes(part)}
    return out


print(json.dumps(modules(eval(sys.stdin.read(), Names()))))
