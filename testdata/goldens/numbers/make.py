"""Writes reference values for maps that TensorFlow Probability has not got as bijectors, in the
schema of README.md, with mpmath at 60 digits from the definitions: TYPE_i.json. Run: python3 make.py [TYPE …]
(mpmath 1.3). With other parameters and arguments, drawn at random, into DIR/numbers: python3 make.py -seed N -out DIR [TYPE …]"""
import argparse
import json
import os
import random
from mpmath import mp, mpf

mp.dps = 60
EPS = mpf(2) ** -52
H = mpf(10) ** -25


def bisect(f, y, lo, hi):
    """The root of the increasing function f(x) = y."""
    for _ in range(260):
        x = (lo + hi) / 2
        if f(x) < y:
            lo = x
        else:
            hi = x
    return lo


def expm1over(c, l):
    return mp.expm1(c * l) / c if c else l


def log1pover(c, x):
    return mp.log1p(c * x) / c if c else x


def yeojohnson(p):
    lam = p["lambda"]
    power = lambda x: lam if x >= 0 else 2 - lam
    sign = lambda x: 1 if x >= 0 else -1
    f = lambda x: sign(x) * expm1over(power(x), mp.log1p(abs(x)))
    g = lambda y: sign(y) * mp.expm1(log1pover(power(y), abs(y)))
    return f, g, lambda x: (power(x) - 1) * mp.log1p(abs(x))


def signedpower(p):
    e = p["exponent"]
    sign = lambda x: 1 if x >= 0 else -1
    return (lambda x: sign(x) * abs(x) ** e, lambda y: sign(y) * abs(y) ** (1 / e),
            lambda x: mp.log(e) + (e - 1) * mp.log(abs(x)))


def leakyrelu(p):
    a = p["slope"]
    return (lambda x: x if x >= 0 else a * x, lambda y: y if y >= 0 else y / a,
            lambda x: mpf(0) if x >= 0 else mp.log(a))


def elu(p):
    return (lambda x: x if x >= 0 else mp.expm1(x), lambda y: y if y >= 0 else mp.log1p(y), lambda x: min(x, mpf(0)))


def arctan(p):
    return mp.atan, mp.tan, lambda x: -mp.log1p(x * x)


def leakytanh(p):
    m = p["cut"]
    sign = lambda x: 1 if x >= 0 else -1
    slope = 1 / mp.cosh(m) ** 2
    f = lambda x: mp.tanh(x) if abs(x) < m else sign(x) * (mp.tanh(m) + (abs(x) - m) * slope)
    g = lambda y: mp.atanh(y) if abs(y) < mp.tanh(m) else sign(y) * (m + (abs(y) - mp.tanh(m)) / slope)
    return f, g, lambda x: -2 * mp.log(mp.cosh(min(abs(x), m)))


def logtanh(p):
    m = p["cut"]
    alpha = p["alpha"] if "alpha" in p else m / mp.cosh(m) ** 2
    sign = lambda x: 1 if x >= 0 else -1
    f = lambda x: mp.tanh(x) if abs(x) < m else sign(x) * (mp.tanh(m) + alpha * mp.log(abs(x) / m))
    g = lambda y: mp.atanh(y) if abs(y) < mp.tanh(m) else sign(y) * m * mp.exp((abs(y) - mp.tanh(m)) / alpha)
    return f, g, lambda x: -2 * mp.log(mp.cosh(x)) if abs(x) < m else mp.log(alpha / abs(x))


def johnsonsu(p):
    s, t, m, c = p["skewness"], p["tailweight"], p["loc"], p["scale"]
    return (lambda x: m + c * mp.sinh((x - s) / t), lambda y: s + t * mp.asinh((y - m) / c),
            lambda x: mp.log(mp.cosh((x - s) / t)) + mp.log(c / t))


def tukeygh(p):
    g, h = p["g"], p["h"]
    m = lambda x: expm1over(g, x)
    f = lambda x: m(x) * mp.exp(h * x * x / 2)
    return f, lambda y: mp.sign(y) * mp.exp(bisect(lambda u: abs(f(mp.sign(y) * mp.exp(u))), abs(y), mpf(-700), mpf(5))), lambda x: mp.log(mp.exp(g * x) + h * x * m(x)) + h * x * x / 2


def located(f, g, l):
    def make(p):
        m, s = p["loc"], p["scale"]
        F, G, L = f(p), g(p), l(p)
        return lambda x: F((x - m) / s), lambda y: m + s * G(y), lambda x: L((x - m) / s) - mp.log(s)
    return make


def plain(f):
    return lambda p: f


logistic = located(plain(lambda z: 1 / (1 + mp.exp(-z))), plain(lambda y: mp.log(y) - mp.log(1 - y)),
                   plain(lambda z: -z - 2 * mp.log1p(mp.exp(-z)) if z > 0 else z - 2 * mp.log1p(mp.exp(z))))
laplace = located(plain(lambda z: mp.exp(z) / 2 if z < 0 else 1 - mp.exp(-z) / 2),
                  plain(lambda y: mp.log(2 * y) if y < 0.5 else -mp.log(2 * (1 - y))), plain(lambda z: -abs(z) - mp.log(2)))
cauchy = located(plain(lambda z: mp.atan(z) / mp.pi + 0.5 if z > 0 else mp.atan2(1, -z) / mp.pi),
                 plain(lambda y: -mp.cot(mp.pi * y)), plain(lambda z: -mp.log(mp.pi) - mp.log1p(z * z)))


def studentcdf(p):
    n = p["df"]
    def f(z):
        if abs(z) < 1:
            middle = mp.betainc(mpf(1) / 2, n / 2, 0, z * z / (n + z * z), regularized=True) / 2
            return mpf(1) / 2 + (middle if z > 0 else -middle)
        tail = mp.betainc(n / 2, mpf(1) / 2, 0, n / (n + z * z), regularized=True) / 2
        return tail if z < 0 else 1 - tail
    return f


def studentquantile(p):
    f = studentcdf(p)
    def g(y):
        if y == 0.5:
            return mpf(0)
        if y > 0.5:
            return -g(1 - y)
        return -mp.exp(bisect(lambda u: -f(-mp.exp(u)), -y, mpf(-60), mpf(1000)))
    return g


def studentslope(p):
    n = p["df"]
    c = mp.loggamma((n + 1) / 2) - mp.loggamma(n / 2) - mp.log(n * mp.pi) / 2
    return lambda z: c - (n + 1) / 2 * mp.log1p(z * z / n)


def beta(p):
    a, b = p["a"], p["b"]
    f = lambda x: mp.betainc(a, b, 0, x, regularized=True)
    def g(y):
        def logit(u):
            x = 1 / (1 + mp.exp(-u))
            return f(x) if y < 0.5 else 1 - mp.betainc(a, b, x, 1, regularized=True)
        return 1 / (1 + mp.exp(-bisect(logit, y, mpf(-1500), mpf(1500))))
    return f, g, lambda x: (a - 1) * mp.log(x) + (b - 1) * mp.log1p(-x) - mp.log(mp.beta(a, b))


REAL = [0.0, 1e-300, -1e-9, 1e-5, 0.3, -0.8, 1.5, -3.0, 6.0, -7.5, 12.0, -30.0]
FAR = REAL + [100.0, -350.0, 1e9, -1e17]
UNIT = [1e-300, 1e-20, 1e-7, 0.05, 0.3, 0.45, 0.55, 0.8, 0.99, 1 - 1e-7, 1 - 1e-14]
# type, maker, settings, x, y near the ends of the range
PLANS = [
    ("YeoJohnson", yeojohnson, [{"lambda": v} for v in (0.5, 0.0, 2.0, 1e-7, -0.5)], FAR, []),
    ("SignedPower", signedpower, [{"exponent": v} for v in (0.5, 2.5)], [v for v in FAR if v], []),
    ("LeakyReLU", leakyrelu, [{"slope": 0.01}], FAR, []),
    ("Arctan", arctan, [{}], FAR, []),
    ("ELU", elu, [{}], REAL, [-1 + 1e-14]),
    ("LogTanh", logtanh, [{"cut": 0.5}, {"cut": 1.0, "alpha": 0.36}], [0, 0.25, -0.75, 3, -40, 1e3, -1e10, 1e200], []),
    ("LeakyTanh", leakytanh, [{"cut": v} for v in (0.5, 3.0)], FAR, []),
    ("JohnsonSU", johnsonsu, [{"skewness": -0.5, "tailweight": 1.5, "loc": 0.25, "scale": 2.0}], FAR[:13], [1e300, -1e17]),
    ("TukeyGH", tukeygh, [{"g": 0.5, "h": 0.1}, {"g": -1e-8, "h": 0.25}, {"g": 0.0, "h": 0.1}], REAL, []),
    ("LogisticCDF", logistic, [{"loc": 0.5, "scale": 2.0}], FAR[:14], UNIT),
    ("LaplaceCDF", laplace, [{"loc": 0.0, "scale": 1.0}, {"loc": 0.5, "scale": 2.0}], FAR[:14], UNIT),
    ("CauchyCDF", cauchy, [{"loc": 0.0, "scale": 1.0}, {"loc": 0.5, "scale": 2.0}], FAR, UNIT),
    ("StudentTCDF", located(studentcdf, studentquantile, studentslope),
     [{"df": 3.0, "loc": 0.0, "scale": 1.0}, {"df": 0.7, "loc": 0.5, "scale": 2.0}, {"df": 40.0, "loc": 0.0, "scale": 1.0}], REAL, UNIT),
    ("BetaCDF", beta, [{"a": 2.0, "b": 3.0}, {"a": 0.5, "b": 0.25}, {"a": 30.0, "b": 12.0}], UNIT, UNIT),
]


def number(v):
    v = float(v)
    return "inf" if v == float("inf") else "-inf" if v == -float("inf") else v


def sensitivity(f, make, p, x):
    """Σ|q·∂f/∂q| over the argument and the parameters."""
    total = abs(f(make(p), x * (1 + H)) - f(make(p), x * (1 - H))) / (2 * H)
    for k, v in p.items():
        up, down = dict(p, **{k: v * (1 + H)}), dict(p, **{k: v * (1 - H)})
        total += abs(f(make(up), x) - f(make(down), x)) / (2 * H)
    return total


def tolerance(exact, f, make, p, x):
    return min(float("%.3g" % (64 * EPS * (abs(exact) + sensitivity(f, make, p, x)))), 1e308)


def varied(v, r):
    """A number of the same kind: between 0 and 1, or of the same sign."""
    if 1e-200 < v < 0.999:
        v = float("%.6g" % v ** r.uniform(0.7, 1.3))
    elif abs(v) > 1:
        v = float("%.6g" % (v * r.uniform(0.6, 1.6)))
    return v


flags = argparse.ArgumentParser()
flags.add_argument("-seed", type=int)
flags.add_argument("-out", default="..")
flags.add_argument("types", nargs="*")
flags = flags.parse_args()
folder = os.path.join(flags.out, "numbers")
os.makedirs(folder, exist_ok=True)
for name, make, settings, xs, ys in PLANS:
    if flags.types and name not in flags.types:
        continue
    if flags.seed is not None:
        r = random.Random("%d %s" % (flags.seed, name))
        settings = [{k: varied(v, r) for k, v in p.items()} for p in settings]
        xs, ys = [varied(x, r) for x in xs], [varied(y, r) for y in ys]
    for i, setting in enumerate(settings):
        p = {k: mpf(v) for k, v in setting.items()}
        f, g, l = make(p)
        cases = []
        inverses = [float(v) for v in ys]
        for x in xs:
            y, s = f(mpf(x)), l(mpf(x))
            c = {"x": x, "exact": {"y": number(y), "fldj": number(s)}, "tol": {
                "y": tolerance(y, lambda b, v: b[0](v), make, p, mpf(x)), "fldj": tolerance(s, lambda b, v: b[2](v), make, p, mpf(x))}}
            cases.append(c)
            if 1e-290 < abs(float(y)) < 1e300 and (not ys or name in ("ELU", "JohnsonSU")):
                inverses.append(float(y))
        for y in inverses:
            x = g(mpf(y))
            s = -l(x)
            if abs(f(x) - mpf(y)) > abs(mpf(y)) * mpf(10) ** -30:
                continue  # saturated
            if x and not 1e-305 < abs(float(x)) < 1e305:
                continue  # x is not a float64
            cases.append({"yi": y, "exact": {"xi": number(x), "ildj": number(s)}, "tol": {
                "xi": tolerance(x, lambda b, v: b[1](v), make, p, mpf(y)), "ildj": tolerance(s, lambda b, v: -b[2](b[1](v)), make, p, mpf(y))}})
        with open(os.path.join(folder, "%s_%d.json" % (name, i)), "w") as out:
            head = {"bijector": name, "params": setting, "event_ndims": 0, "ref": "none"}
            out.write(json.dumps(head, separators=(",", ":"))[:-1] + ',"cases":[\n')
            out.write(",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]}\n")
