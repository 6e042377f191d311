"""Prints the polynomial coefficients of normal.go as Go hex floats.

Each is the interpolant at Chebyshev nodes, computed with 60 digits and rounded
to float64; the relative error printed is that of the rounded polynomial. The
constant terms of middle and outer are sqrtTwoPi and outerStart, added last.
Run: python3 special_polynomials.py (mpmath 1.3).
"""
from mpmath import mp, mpf, cos, pi, exp, erf, erfc, sqrt, log, lu_solve, matrix

mp.dps = 60


def fit(f, lo, hi, n):
    xs = [(lo + hi) / 2 + (hi - lo) / 2 * cos(pi * (2 * i + 1) / (2 * n)) for i in range(n)]
    a, b = matrix(n, n), matrix(n, 1)
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


def show(name, f, lo, hi, n):
    lo, hi = mpf(lo), mpf(hi)
    c = fit(f, lo, hi, n)
    err = max(abs(horner(c, x) / f(x) - 1) for x in (lo + (hi - lo) * mpf(i) / 300 for i in range(1, 300)))
    print("// %s: relative error 2^%.1f" % (name, float(log(err, 2))))
    for v in c:
        print("\t%s," % float(v).hex())


def density(x):
    return exp(-x * x / 2) / sqrt(2 * pi)


def tail(t):
    return erfc(t / sqrt(mpf(2))) / 2


def mills(q):
    """(2+3t)·exp(t²/2)·Φ(−t), t = 4(1+q)/(1−q)."""
    if q >= 1:
        return 3 / sqrt(2 * pi)
    t = 4 * (1 + q) / (1 - q)
    if t > 1e5:
        return (2 + 3 * t) / (t * sqrt(2 * pi)) * (1 - 1 / t**2 + 3 / t**4)
    return (2 + 3 * t) * exp(t * t / 2) * tail(t)


def central(z):
    """(Φ(x) − ½)/x in z = x²."""
    return erf(sqrt(z / 2)) / 2 / sqrt(z) if z else 1 / sqrt(2 * pi)


def quantile(q):
    """Φ⁻¹(½ + q) for 0 < q < 0.46."""
    x = q * sqrt(2 * pi)
    for _ in range(100):
        d = (erf(x / sqrt(mpf(2))) / 2 - q) / density(x)
        x -= d
        if abs(d) < mpf(10) ** -50:
            break
    return x


def low(r):
    """Φ⁻¹(exp(−r²/2))."""
    x = -r + (log(2 * pi) / 2 + log(r)) / r if r > 2 else -r * mpf("0.4")
    for _ in range(100):
        p = tail(-x)
        d = (log(p) + r * r / 2) * p / density(x)
        x -= d
        if abs(d) < mpf(10) ** -50:
            break
    return x


def outer(w):
    q = sqrt(1 - exp(-w)) / 2
    return quantile(q) / q


show("mills", mills, (mpf("0.6") - 4) / (mpf("0.6") + 4), 1, 24)
show("central", central, 0, "0.4901", 11)
show("middle", lambda z: quantile(sqrt(z)) / sqrt(z) if z else sqrt(2 * pi), 0, "0.0626", 16)
MIDDLE = mpf("0.921875")  # where the constant term is a float64 number, nearly
show("outer", lambda s: outer(s + MIDDLE), mpf("0.28") - MIDDLE, mpf("1.67") - MIDDLE, 15)
ends = sqrt(-2 * log(mpf("0.26"))), mpf("38.7")
show("start", lambda w: -low(1 / w - 2) / (1 / w - 2), 1 / (ends[1] + 2), 1 / (ends[0] + 2), 12)
