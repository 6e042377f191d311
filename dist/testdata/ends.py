"""Writes ends.txt: log-densities at a finite x whose standard form overflows or underflows, with the derivatives in x and in the
scale (in the rate, of Gamma), by mpmath 1.3.0 at 60 digits: python3 ends.py > ends.txt"""
from mpmath import *

mp.dps = 60

def normal(u): return -u * u / 2 - log(2 * pi) / 2
def t(nu): return lambda z: loggamma((nu + 1) / 2) - loggamma(nu / 2) - log(nu * pi) / 2 - (nu + 1) / 2 * log(1 + z * z / nu)
def half(f): return lambda z: f(z) + log(2)
def cauchy(z): return -log(1 + z * z) - log(pi)
def pareto(a): return lambda z: log(a) - (a + 1) * log(z)
def inverse_gamma(a): return lambda z: -(a + 1) * log(z) - 1 / z - loggamma(a)
def gpd(xi): return lambda z: -(1 + 1 / xi) * log(1 + xi * z)
def gev(xi): return lambda z: -(1 + 1 / xi) * log(1 + xi * z) - (1 + xi * z) ** (-1 / xi)
def johnson(g, d): return lambda z: normal(g + d * asinh(z)) + log(d) - log(1 + z * z) / 2
def power(b): return lambda z: -abs(z) ** b - log(2 * gamma(1 + 1 / b))
def weibull(k): return lambda z: log(k) + (k - 1) * log(z) - z ** k
def gamma_(a): return lambda z: (a - 1) * log(z) - z - loggamma(a)

def sinh_arcsinh(e, d):
    s = sinh(d * asinh(2)) / 2
    def f(z):
        u = asinh(z * s) / d - e
        return normal(sinh(u)) + log(cosh(u)) - log(1 + (z * s) ** 2) / 2 - log(d) + log(s)
    return f

def lambert(d):
    def f(z):
        w = lambertw(d * z * z).real
        return -w / d / 2 - log(2 * pi) / 2 + log(w / d) / 2 - log(abs(z)) - log(1 + w)
    return f

def noncentral(nu, delta):
    """Far out, where U = v/|z| is next to 0."""
    c = log(2) + nu / 2 * log(nu / 2) - loggamma(nu / 2)
    def f(z):
        inner = quad(lambda v: v ** nu * exp(-(v - delta * sign(z)) ** 2 / 2) / sqrt(2 * pi), [0, 1, 2, 4, 8, 16, 40])
        return c + log(inner) - (nu + 1) * log(abs(z))
    return f

def row(name, args, f, x, loc, scale, rate=False):
    g = lambda x, s: f((x - loc) / s) - log(s)
    if rate:
        g = lambda x, r: f(x * r) + log(r)
        scale = 1 / scale
    h, v = mpf(10) ** -25, g(x, scale)
    dx, ds = (g(x * (1 + h), scale) - v) / (x * h), (g(x, scale * (1 + h)) - v) / (scale * h)
    print(name, ','.join(nstr(a, 17) for a in args(scale)), *(nstr(a, 17) for a in (x, v, dx, ds)))

def real(x, s):
    for nu in (mpf(1) / 2, mpf(3), mpf(40)):
        row('StudentT', lambda s: (nu, 0, s), t(nu), x, 0, s)
    row('Cauchy', lambda s: (1, s), cauchy, x, 1, s)
    row('JohnsonSU', lambda s: (mpf(1) / 4, mpf(1) / 128, 0, s), johnson(mpf(1) / 4, mpf(1) / 128), x, 0, s)
    row('SinhArcsinh', lambda s: (mpf(1) / 4, 30, 0, s), sinh_arcsinh(mpf(1) / 4, mpf(30)), x, 0, s)
    row('LambertWNormal', lambda s: (0, s, mpf(3) / 8), lambert(mpf(3) / 8), x, 0, s)
    row('GeneralizedNormal', lambda s: (0, s, mpf(1) / 128), power(mpf(1) / 128), x, 0, s)
    row('NoncentralT', lambda s: (3, mpf(3) / 2, 0, s), noncentral(mpf(3), mpf(3) / 2), x, 0, s)

def positive(x, s):
    row('HalfStudentT', lambda s: (3, 0, s), half(t(mpf(3))), x, 0, s)
    row('HalfCauchy', lambda s: (0, s), half(cauchy), x, 0, s)
    row('Pareto', lambda s: (mpf(3) / 4, s), pareto(mpf(3) / 4), x, 0, s)
    row('InverseGamma', lambda s: (mpf(7) / 4, s), inverse_gamma(mpf(7) / 4), x, 0, s)
    for xi in (mpf(1) / 4, mpf(2), mpf('1e-290')):
        row('GPD', lambda s: (0, s, xi), gpd(xi), x, 0, s)
    row('GEV', lambda s: (0, s, mpf(1) / 4), gev(mpf(1) / 4), x, 0, s)
    row('Weibull', lambda s: (mpf(1) / 128, s), weibull(mpf(1) / 128), x, 0, s)

for x, s in (('1e10', '1e-300'), ('3e200', '1e-300'), ('1e300', '4e-305')):
    x, s = mpf(x), mpf(s)
    real(x, s)
    real(-x, s)
    positive(x, s)
    row('GEV', lambda s: (0, s, -100), gev(mpf(-100)), -x, 0, s)
for x, s in (('1e-10', '1e300'), ('3e-300', '1e300')):
    x, s = mpf(x), mpf(s)
    for k in (mpf(1) / 128, mpf(2)):
        row('Weibull', lambda s: (k, s), weibull(k), x, 0, s)
    for a in (mpf(1) / 4, mpf(4)):
        row('Gamma', lambda r: (a, r), gamma_(a), x, 0, s, rate=True)
