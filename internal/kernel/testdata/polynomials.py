"""Prints the polynomial coefficients of internal/kernel as Go hex floats.

Each is the interpolant at Chebyshev nodes, computed with 60 digits and rounded
to float64; the relative error printed is that of the rounded polynomial in the
place where it is used. Run: python3 polynomials.py (mpmath 1.3).
"""
from mpmath import mp, mpf, cos, pi, exp, log, sqrt, sin, atan, matrix, lu_solve, log as ln

mp.dps = 60


def fit(f, lo, hi, n):
    xs = [(lo + hi) / 2 + (hi - lo) / 2 * cos(pi * (2 * i + 1) / (2 * n)) for i in range(n)]
    a = matrix(n, n)
    b = matrix(n, 1)
    for i, x in enumerate(xs):
        for j in range(n):
            a[i, j] = x ** j
        b[i] = f(x)
    return [mpf(float(c)) for c in lu_solve(a, b)]


def horner(c, x):
    s = mpf(0)
    for v in reversed(c):
        s = s * x + v
    return s


def show(name, c, err):
    print("// %s: relative error 2^%.1f" % (name, float(ln(err, 2))))
    for v in c:
        print("\t%s," % float(v).hex())


def grid(lo, hi):
    return [lo + (hi - lo) * mpf(i) / 999 for i in range(1000)]


def series(f, x, terms):
    return sum(f(k) * x ** k for k in range(terms))


# exp(r) = 1 + r + r²·q(r)
def q(r):
    return series(lambda k: 1 / mp.factorial(k + 2), r, 40)


b = mpf("0.34658")
c = fit(q, -b, b, 10)
show("q, expm1(r) = r + r²q(r)", c, max(abs((r + r * r * horner(c, r)) / mp.expm1(r) - 1) for r in grid(-b, b) if r))


# log((1+s)/(1−s)) = 2s + s·z·P(z), z = s²
def atanhtail(z):
    return series(lambda k: mpf(2) / (2 * k + 3), z, 120)


for name, top, n in (("log", (3 - 2 * sqrt(mpf(2))) ** 2, 7), ("softplus", mpf(1) / 9, 10)):
    c = fit(atanhtail, mpf(0), top, n)
    show(name + " P(z)", c, max(abs(z * (horner(c, z) - atanhtail(z)) / (2 + z * atanhtail(z))) for z in grid(mpf(0), top)))


# sin r = r + r³·S(r²), cos r = 1 − r²/2 + r⁴·C(r²), |r| ≤ π/4
def s(z):
    return series(lambda k: (-1) ** (k + 1) / mp.factorial(2 * k + 3), z, 30)


def cc(z):
    return series(lambda k: (-1) ** k / mp.factorial(2 * k + 4), z, 30)


top = (pi / 4) ** 2 * mpf("1.001")
c = fit(s, mpf(0), top, 6)
show("S", c, max(abs(z * (horner(c, z) - s(z)) / (1 + z * s(z))) for z in grid(mpf(0), top)))
c = fit(cc, mpf(0), top, 6)
show("C", c, max(abs(z * z * (horner(c, z) - cc(z)) / (1 - z / 2 + z * z * cc(z))) for z in grid(mpf(0), top)))


# sin(πf/2) = f·A(f²), cos(πf/2) = 1 + f²·B(f²), |f| ≤ ½, in normal random numbers
def sa(z):
    return series(lambda k: (-1) ** k * (pi / 2) ** (2 * k + 1) / mp.factorial(2 * k + 1), z, 30)


def cb(z):
    return series(lambda k: (-1) ** (k + 1) * (pi / 2) ** (2 * k + 2) / mp.factorial(2 * k + 2), z, 30)


top = mpf("0.25")
c = fit(sa, mpf(0), top, 7)
show("A", c, max(abs(horner(c, z) / sa(z) - 1) for z in grid(mpf(0), top)))
c = fit(cb, mpf(0), top, 7)
show("B", c, max(abs(z * (horner(c, z) - cb(z)) / (1 + z * cb(z))) for z in grid(mpf(0), top)))


# atan t = t + t³·T(t²), |t| ≤ tan(π/8)
def t(z):
    return series(lambda k: mpf((-1) ** (k + 1)) / (2 * k + 3), z, 200)


top = (sqrt(mpf(2)) - 1) ** 2 * mpf("1.001")
c = fit(t, mpf(0), top, 11)
show("T", c, max(abs(z * (horner(c, z) - t(z)) / (1 + z * t(z))) for z in grid(mpf(0), top)))


def split(name, v, bits, parts):
    out = []
    for i in range(parts):
        hi = mpf(float(v))
        if bits and i == 0:
            e = mp.frexp(v)[1]
            hi = mp.floor(v * mpf(2) ** (bits - e)) / mpf(2) ** (bits - e)
        out.append(float(hi).hex())
        v -= hi
    print("// %s: %s" % (name, " ".join(out)))


split("log2(e)", 1 / log(mpf(2)), 0, 1)
split("ln 2", log(mpf(2)), 42, 2)
split("ln 2 full", log(mpf(2)), 0, 2)
split("2/pi", 2 / pi, 0, 1)
split("pi/2", pi / 2, 0, 4)
split("1/3", mpf(1) / 3, 0, 2)
mp.dps = 420
v = 2 / pi
for i in range(20):
    v *= mpf(2) ** 64
    w = int(mp.floor(v))
    print("\t0x%016x," % w)
    v -= w
