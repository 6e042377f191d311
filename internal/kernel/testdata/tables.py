"""Writes the reference tables of internal/kernel's functions: NAME.txt, one line
per point, the argument as a hex float and the value with 50 significant digits.

pow.txt has two arguments. Points: edges, powers of ten with both signs, and
seeded random numbers, logarithmic and uniform over where each function lives.
Run in this directory: python3 tables.py (mpmath 1.3).
"""
import random
import struct
from mpmath import mp, mpf

mp.dps = 80


def near(x, k=2):
    """The float64 numbers around x."""
    n = struct.unpack("<q", struct.pack("<d", x))[0]
    return [struct.unpack("<d", struct.pack("<q", n + i))[0] for i in range(-k, k + 1)]


def logspace(r, lo, hi, n, signs):
    return [r.choice(signs) * r.uniform(1, 2) * 2.0 ** r.randint(lo, hi) for _ in range(n)]


def uniform(r, lo, hi, n):
    return [r.uniform(lo, hi) for _ in range(n)]


BOTH, POS = (-1, 1), (1,)
TINY = [5e-324, 1e-323, 1e-310, 2.0 ** -1022, 2.0 ** -1022 - 5e-324, 1e-300, 1e-200, 1e-100, 1e-30, 1e-20]
SMALL = TINY + [-v for v in TINY]

PLANS = {
    "exp": (mp.exp, lambda r: SMALL + near(709.782712893384) + near(-745.1332191019411) + near(-708.3964185322641)
            + uniform(r, -745, 709.7, 700) + uniform(r, -2, 2, 500) + uniform(r, -745, -708, 100) + uniform(r, 709, 709.78, 50) + logspace(r, -60, 5, 400, BOTH)),
    "expm1": (mp.expm1, lambda r: SMALL + near(709.782712893384) + near(0.34657359027997264, 3) + near(-0.34657359027997264, 3)
              + near(-37.42994775023705) + uniform(r, -40, 60, 400) + uniform(r, -2, 2, 900) + uniform(r, 60, 709.7, 100) + logspace(r, -70, 5, 500, BOTH)),
    "log": (mp.log, lambda r: TINY + [1.7976931348623157e308, 1.0, 0.5, 2.0] + near(1.0, 20) + near(2 ** 0.5) + near(0.5 ** 0.5)
            + uniform(r, 0.5, 2, 900) + logspace(r, -1022, 1022, 600, POS) + [r.getrandbits(51) * 5e-324 for _ in range(100)] + [1 + v for v in logspace(r, -52, -2, 300, BOTH)]),
    "log1p": (mp.log1p, lambda r: SMALL + [1.7976931348623157e308, 1e300] + [-1 + 2.0 ** -k for k in range(1, 54)] + near(2 ** 0.5 - 1) + near(0.5 ** 0.5 - 1)
              + uniform(r, -0.99999, 1.5, 900) + logspace(r, -60, 1022, 500, POS) + logspace(r, -70, -2, 500, BOTH)),
    "tanh": (mp.tanh, lambda r: SMALL + near(19.061547465398498) + uniform(r, -3, 3, 900) + uniform(r, -22, 22, 400) + logspace(r, -60, 6, 600, BOTH) + near(0.17328679513998632, 3)),
    "sigmoid": (lambda x: 1 / (1 + mp.exp(-x)), lambda r: SMALL + near(-745.1332191019411) + near(-709.0895657128241) + near(37.0) + uniform(r, -6, 6, 900) + uniform(r, -40, 40, 500)
                + uniform(r, -745, -700, 200) + uniform(r, -700, 700, 200) + logspace(r, -60, 5, 200, BOTH)),
    "softplus": (lambda x: mp.log1p(mp.exp(x)), lambda r: SMALL + near(-745.1332191019411) + near(-709.0895657128241) + near(37.0) + uniform(r, -6, 6, 900) + uniform(r, -40, 40, 500)
                 + uniform(r, -745, -700, 200) + uniform(r, -700, 700, 200) + logspace(r, -60, 1000, 300, POS) + logspace(r, -60, 5, 100, BOTH)),
    "sin": (mp.sin, lambda r: SMALL + [1.7976931348623157e308, 2.0 ** 1023, 6381956970095103 * 2.0 ** 797, 1e22] + sum((near(k * 1.5707963267948966) for k in range(1, 41)), [])
            + uniform(r, -20, 20, 700) + logspace(r, -30, 30, 600, BOTH) + logspace(r, 30, 1022, 500, BOTH)),
    "cos": (mp.cos, lambda r: SMALL + [1.7976931348623157e308, 2.0 ** 1023, 6381956970095103 * 2.0 ** 797, 1e22] + sum((near(k * 1.5707963267948966) for k in range(1, 41)), [])
            + uniform(r, -20, 20, 700) + logspace(r, -30, 30, 600, BOTH) + logspace(r, 30, 1022, 500, BOTH)),
    "sinh": (mp.sinh, lambda r: SMALL + near(710.4758600739439) + uniform(r, -3, 3, 900) + uniform(r, -30, 30, 400) + uniform(r, -710.4, 710.4, 300) + logspace(r, -60, 5, 400, BOTH)),
    "cosh": (mp.cosh, lambda r: SMALL + near(710.4758600739439) + uniform(r, -3, 3, 900) + uniform(r, -30, 30, 400) + uniform(r, -710.4, 710.4, 300) + logspace(r, -60, 5, 400, BOTH)),
    "asinh": (mp.asinh, lambda r: SMALL + [1.7976931348623157e308] + uniform(r, -3, 3, 900) + uniform(r, -100, 100, 300) + logspace(r, -60, 1022, 800, BOTH)),
    "atan": (mp.atan, lambda r: SMALL + [1.7976931348623157e308] + near(2 ** 0.5 - 1) + near(2 ** 0.5 + 1) + uniform(r, -3, 3, 1100) + logspace(r, -60, 60, 800, BOTH) + logspace(r, -1022, 1022, 100, BOTH)),
}


def write(name, rows):
    with open(name + ".txt", "w") as f:
        for args, y in rows:
            f.write(" ".join(a.hex() for a in args) + " " + mp.nstr(y, 50, strip_zeros=True, min_fixed=1, max_fixed=0) + "\n")


for name, (f, points) in PLANS.items():
    r = random.Random(name)
    if name in ("sin", "cos"):
        mp.dps = 420
    write(name, [((x,), f(mpf(x))) for x in points(r) if x])
    mp.dps = 80

r = random.Random("pow")
rows = []
for _ in range(2400):
    x = r.uniform(1, 2) * 2.0 ** r.randint(-1022, 1022) if r.random() < 0.3 else r.uniform(0.01, 3)
    p = r.choice([r.uniform(-3, 3), float(r.randint(-9, 9)), r.uniform(-700, 700) / max(1e-3, abs(float(mp.log(x)))), 0.5])
    y = mpf(x) ** mpf(p)
    if p and mpf(2) ** -1074 < y < mpf(2) ** 1023.9:
        rows.append(((x, p), y))
for p in (3.0, -3.0, 7.0, 2.0):
    for x in uniform(r, -9, 0, 40):
        rows.append(((x, p), mpf(x) ** int(p)))
write("pow", rows)
