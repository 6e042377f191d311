"""Writes the reference tables of the functions in special.go, normal.go and
lambert.go: NAME.txt, one line per point, the argument as a hex float and the
value with 50 significant digits. Run in this directory: python3 special.py (mpmath 1.3).
"""
import random
from mpmath import mp, mpf

mp.dps = 420


def logspace(r, lo, hi, n, signs=(1,)):
    return [r.choice(signs) * r.uniform(1, 2) * 2.0 ** r.randint(lo, hi) for _ in range(n)]


def uniform(r, lo, hi, n):
    return [r.uniform(lo, hi) for _ in range(n)]


def cdf(x):
    return mp.erfc(-x / mp.sqrt(2)) / 2


def quantile(p):
    """By Newton's method on log Φ, in the lower half."""
    if p == 0.5:
        return mpf(0)
    if p > 0.5:
        return -quantile(1 - p)
    x = -mp.sqrt(-2 * mp.log(p)) * mpf("0.9") if p < 0.4 else (p - 0.5) * mp.sqrt(2 * mp.pi)
    with mp.workdps(100):
        for _ in range(400):
            c = cdf(x)
            d = (mp.log(c) - mp.log(p)) * c * mp.sqrt(2 * mp.pi) * mp.exp(x * x / 2)
            x -= d
            if abs(d) < abs(x) * mpf(10) ** -70:
                return x
    raise ValueError(p)


def log1mexp(x):
    return mp.log(-mp.expm1(-x))


def logcosh(x):
    return mp.log(mp.cosh(x))


PLANS = {
    "log1mexp": (log1mexp, lambda r: [1e-300, 1e-310, 5e-324] + logspace(r, -60, 9, 600) + uniform(r, 0, 3, 500)),
    "logcosh": (logcosh, lambda r: logspace(r, -300, 11, 500, (-1, 1)) + uniform(r, -2, 2, 600)),
    "atanh": (mp.atanh, lambda r: logspace(r, -300, -2, 300, (-1, 1)) + uniform(r, -1, 1, 500) + [1 - 2.0 ** -k for k in range(1, 54)]),
    "log1msquare": (lambda x: mp.log1p(-x * x), lambda r: logspace(r, -300, -2, 300, (-1, 1)) + uniform(r, -1, 1, 500) + [1 - 2.0 ** -k for k in range(1, 54)]),
    "normalcdf": (cdf, lambda r: uniform(r, -38, 0, 500) + uniform(r, -3, 3, 600) + uniform(r, -8, 9, 200) + logspace(r, -60, 1, 200, (-1, 1))),
    "normalquantile": (quantile, lambda r: [5e-324, 1e-310, 0.25, 0.75] + logspace(r, -1022, -2, 300) + uniform(r, 0, 1, 600) + uniform(r, 0.74, 0.76, 50)
                       + [0.5 + v for v in logspace(r, -50, -3, 200, (-1, 1))] + [1 - 2.0 ** -k for k in range(1, 54)]),
    "lambertw": (lambda z: mp.lambertw(z).real, lambda r: logspace(r, -1022, 1022, 500) + logspace(r, -40, 10, 500) + uniform(r, 0, 5, 300)),
    "lambertwexp": (lambda l: mp.lambertw(mp.exp(l)).real, lambda r: uniform(r, -3, 20, 300) + uniform(r, 400, 700, 100) + logspace(r, 9, 13, 100)),
}

for name, (f, points) in PLANS.items():
    r = random.Random(name)
    with open(name + ".txt", "w") as out:
        for x in points(r):
            y = f(mpf(x))
            if y and abs(y) > mpf(2) ** -1080:
                out.write(x.hex() + " " + mp.nstr(y, 50, strip_zeros=True, min_fixed=1, max_fixed=0) + "\n")
