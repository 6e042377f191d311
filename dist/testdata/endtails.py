"""Writes endtails.txt: log P(X ≤ x) and log P(X > x) at a finite x whose standard form overflows or underflows, by mpmath 1.3.0 at
60 digits: python3 endtails.py > endtails.txt"""
from mpmath import *

mp.dps = 60

def both(lower, upper):
    """The logarithms, of which the nearer to 0 is from the other."""
    return (log(lower), log1p(-lower)) if lower < upper else (log1p(-upper), log(upper))

def sides(f):
    """Of the tail beyond |z| of a symmetric variable."""
    return lambda z: both(f(-z), 1 - f(-z)) if z < 0 else both(1 - f(z), f(z))

def normal(u):
    tail = erfc(abs(u) / sqrt(2)) / 2
    return both(tail, 1 - tail) if u < 0 else both(1 - tail, tail)

def t_outside(nu):
    def f(z):
        a, x = nu / 2, nu / (nu + z * z)
        return exp(a * log(x)) * sqrt(1 - x) / a / beta(a, mpf(1) / 2) * hyp2f1(a + mpf(1) / 2, 1, a + 1, x)
    return f

def student(nu): return sides(lambda z: t_outside(nu)(z) / 2)
def half_student(nu): return lambda z: both(1 - t_outside(nu)(z), t_outside(nu)(z))
def cauchy(z): return sides(lambda y: atan(1 / y) / pi)(z)
def half_cauchy(z): return both(2 * atan(z) / pi, 2 * atan(1 / z) / pi)
def pareto(a): return lambda z: both(1 - z ** -a, z ** -a)

def gamma_parts(a, t):
    """P(a, t) for small t by its series, else by the complement."""
    if t < 1:
        p = exp(a * log(t) - t) / gamma(a + 1) * hyp1f1(1, a + 1, t)
        return p, 1 - p
    q = gammainc(a, t, inf, regularized=True)
    return 1 - q, q

def gamma_(a): return lambda z: both(*gamma_parts(a, z))
def inverse_gamma(a): return lambda z: both(*reversed(gamma_parts(a, 1 / z)))
def weibull(k): return lambda z: (log(-expm1(-z ** k)), -z ** k)
def power(b): return sides(lambda z: gamma_parts(1 / b, z ** b)[1] / 2)
def johnson(g, d): return lambda z: normal(g + d * asinh(z))
def sinh_arcsinh(e, d): return lambda z: normal(sinh(asinh(z * sinh(d * asinh(2)) / 2) / d - e))
def lambert(d): return lambda z: normal(sign(z) * sqrt(lambertw(d * z * z).real / d))

def gpd(xi): return lambda z: both(-expm1(-log1p(xi * z) / xi), exp(-log1p(xi * z) / xi))
def gev(xi):
    def f(z):
        v = exp(-log1p(xi * z) / xi)
        return -v, log(-expm1(-v))
    return f

def noncentral(nu, delta):
    """Far out, where U = v/|z| is next to 0."""
    c = log(2) + nu / 2 * log(nu / 2) - loggamma(nu / 2)
    def f(z):
        inner = quad(lambda v: v ** nu * exp(-(v - delta * sign(z)) ** 2 / 2) / sqrt(2 * pi), [0, 1, 2, 4, 8, 16, 40])
        tail = exp(c + log(inner) - nu * log(abs(z))) / nu
        return both(tail, 1 - tail) if z < 0 else both(1 - tail, tail)
    return f

def row(name, args, f, z, x):
    print(name, ','.join(nstr(mpf(a), 17) for a in args), nstr(x, 17), *(nstr(v, 17) for v in f(z)))

def real(x, s):
    def at(name, args, f, loc=0): row(name, args, f, (x - loc) / s, x)
    for nu in map(mpf, ('1e-200', '1e-20', '0.001', '0.5', '3', '40')):
        at('StudentT', (nu, 0, s), student(nu))
    at('Cauchy', (1, s), cauchy, 1)
    for d in (mpf('1e-20'), mpf('1e-6'), mpf(1) / 128):
        at('JohnsonSU', (mpf(1) / 4, d, 0, s), johnson(mpf(1) / 4, d))
    for d in (mpf(30), mpf(900)):
        at('SinhArcsinh', (mpf(1) / 4, d, 0, s), sinh_arcsinh(mpf(1) / 4, d))
    for d in (mpf(3) / 8, mpf(300)):
        at('LambertWNormal', (0, s, d), lambert(d))
    for b in (mpf(1) / 1024, mpf(1) / 128):
        at('GeneralizedNormal', (0, s, b), power(b))
    at('NoncentralT', (3, mpf(3) / 2, 0, s), noncentral(mpf(3), mpf(3) / 2))
    at('NoncentralT', (mpf(1) / 64, mpf(3) / 2, 0, s), noncentral(mpf(1) / 64, mpf(3) / 2))

def positive(x, s):
    def at(name, args, f): row(name, args, f, x / s, x)
    for nu in map(mpf, ('1e-20', '0.001', '3')):
        at('HalfStudentT', (nu, 0, s), half_student(nu))
    at('HalfCauchy', (0, s), half_cauchy)
    for a in map(mpf, ('1e-20', '0.001', '0.75')):
        at('Pareto', (a, s), pareto(a))
        at('InverseGamma', (a, s), inverse_gamma(a))
    for xi in map(mpf, ('0.25', '2', '1000', '1e-290')):
        at('GPD', (0, s, xi), gpd(xi))
    for xi in map(mpf, ('0.25', '1000')):
        at('GEV', (0, s, xi), gev(xi))
    for k in (mpf(1) / 1024, mpf(1) / 128):
        at('Weibull', (k, s), weibull(k))

for x, s in (('1e10', '1e-300'), ('3e200', '1e-300'), ('1e300', '4e-305')):
    x, s = mpf(x), mpf(s)
    real(x, s)
    real(-x, s)
    positive(x, s)
    row('GEV', (0, s, -100), gev(mpf(-100)), -x / s, -x)
for x, s in (('1e-10', '1e300'), ('3e-300', '1e300')):
    x, s = mpf(x), mpf(s)
    for k in (mpf(1) / 1024, mpf(1) / 128, mpf(2)):
        row('Weibull', (k, s), weibull(k), x / s, x)
    for a in (mpf(1) / 1024, mpf(1) / 4, mpf(4)):
        row('Gamma', (a, 1 / s), gamma_(a), x / s, x)
    row('HalfCauchy', (0, s), half_cauchy, x / s, x)
