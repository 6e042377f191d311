# Reference values of the special functions, computed with mpmath at 60 digits:
#   python3 values.py > values.txt
# A line is a function, its arguments, and its results rounded to float64.
import random
from mpmath import *
mp.dps = 60
half = mpf(1) / 2

def out(name, args, *res):
    print(name, *[repr(float(a)) for a in args], '=', *[repr(float(r)) for r in res])

def stirling(x): return loggamma(x) - (x - half) * log(x) + x - log(2 * pi) / 2

for u in [-0.999, -0.5, -0.4, -0.39, -1e-3, -1e-9, 1e-17, 1e-5, 0.1, 0.59, 0.61, 3, 1e6]:
    u = mpf(u); out('Log1pMinus', [u], log1p(u) - u)
for x in [1e-10, 0.01, 0.3, 0.5, 1, 1.5, 2, 5.25, 9.99, 10, 33, 1000, 1e8]:
    x = mpf(x); out('Stirling', [x], stirling(x))
for x in [1e-10, 0.01, 0.3, 0.5, 1, 1.5, 2, 5.25, 11.99, 12, 33, 1000, 1e8]:
    x = mpf(x); out('Digamma', [x], digamma(x)); out('DigammaGap', [x], log(x) - digamma(x))
for x in [-0.45, -0.21, -0.19, -0.11, -0.09, -1e-3, -1e-9, 1e-12, 1e-4, 0.05, 0.09, 0.11, 0.19, 0.21, 0.7]:
    x = mpf(x); out('Lgamma1p', [x], loggamma(1 + x)); out('LgammaGap', [x], (loggamma(1 + 2 * x) - 2 * loggamma(1 + x)) / x**2)
for a, b in [(0.01, 0.02), (0.5, 0.5), (1, 3), (100, 0.5), (1e6, 0.5), (1e5, 1e5), (3, 1e7)]:
    a, b = mpf(a), mpf(b); out('LogBeta', [a, b], log(beta(a, b)))
for a, t in [(0.1, 1e-10), (0.5, 3), (1, 1), (50, 49.5), (1000, 1000.25), (1e6, 1e6 + 1), (20, 200)]:
    a, t = mpf(a), mpf(t); out('LogGammaKernel', [a, t], a * log(t) - t - loggamma(a))
for a, b, x in [(0.5, 0.5, 0.25), (30, 4, 0.875), (1000, 3000, 0.25), (1e6, 1e6, 0.5), (2, 3, 1e-12)]:
    a, b, x = mpf(a), mpf(b), mpf(x); y = mpf(float(1 - x))
    out('LogBetaKernel', [a, b, x, y], a * log(x) + b * log(1 - x) - log(beta(a, b)))
for a in [0.01, 0.1, 0.5, 0.999, 1, 3.5, 20, 150, 4000]:
    for r in [1e-6, 0.1, 0.5, 0.9, 0.999, 1, 1.05, 1.3, 2, 10]:
        a, x = mpf(a), mpf(float(a * r))
        q = gammainc(a, x, regularized=True)
        p = gammainc(a, 0, x, regularized=True)
        if min(p, q) > 1e-290: out('GammaInc', [a, x], p, q)
for a, b in [(0.1, 0.2), (0.5, 0.5), (0.5, 10), (2, 3), (30, 4), (100, 0.5), (0.5, 100), (400, 600)]:
    for x in [1e-12, 1e-3, 0.1, 0.25, 0.375, 0.5, 0.75, 0.9375, 1 - 2.0**-20]:
        a, b, x = mpf(a), mpf(b), mpf(x); y = mpf(float(1 - x))
        p = betainc(a, b, 0, x, regularized=True)
        q = betainc(b, a, 0, y, regularized=True)
        if min(p, q) > 1e-290 and y + x == 1: out('BetaInc', [a, b, x, y], p, q)
for c, x in [(1, 0.01), (1, 0.49), (1.25, 1e-9), (3, 0.3), (100, 0.125), (1e8, 0.25)]:
    c, x = mpf(c), mpf(x); out('LgammaCurve', [c, x], (loggamma(c + 2 * x) - 2 * loggamma(c + x) + loggamma(c)) / x**2)
for c, x in [(1, 0.01), (1, 0.49), (1.25, 1e-9), (3, 0.3), (100, 20), (1e8, 2.25), (0.5, 0.5), (20, 1e-3)]:
    c, x = mpf(c), mpf(x); out('GammaRatio', [c, x], exp(loggamma(c + x) - loggamma(c)))
for z, w in [(-7, 0.5), (0, 1e-9), (0.3, 0.99), (0.3, 1.01), (5, 0.25), (5, 3), (-1, 1e-3)]:
    z, w = mpf(z), mpf(w); tail = lambda x: exp(x * x / 2) * erfc(x / sqrt(2)) / 2
    out('NdtrTailDrop', [z, w], tail(z) - tail(z + w))
r = random.Random(1)
def shape(): return r.choice([0.5, 1, 2.0 ** r.uniform(-5, 3), 2.0 ** r.uniform(-2, 7), 2.0 ** r.uniform(0, 12)])
for _ in range(300): # x a multiple of 2^-44, so that y = 1 - x is exact
    a, b, mean = mpf(shape()), mpf(shape()), r.random()
    if r.random() < 0.6: mean = float(a / (a + b)) ** r.uniform(0.3, 3)
    x = mpf(max(round(min(mean, 0.999) * 2**44), 1)) / 2**44; y = 1 - x
    p = betainc(a, b, 0, x, regularized=True)
    q = betainc(b, a, 0, y, regularized=True)
    if min(p, q) > 1e-290: out('BetaInc', [a, b, x, y], p, q)
for p in [1e-300, 1e-100, 1e-20, 1e-5, 0.02, 0.09, 0.11, 0.3, 0.5]:
    p = mpf(p); q = 1 - p
    mp.dps = 400
    out('NdtrInv', [p, q], findroot(lambda z: log(erfc(-z / sqrt(2)) / 2) - log(p), -sqrt(-2 * log(p)) if p < 0.1 else 2 * p - 1))
    mp.dps = 60
for x in [-7, -1, 0, 1e-9, 0.5, 0.61, 2, 5, 13.9, 30, 1e5]:
    x = mpf(x); out('NdtrTail', [x], exp(x * x / 2) * erfc(x / sqrt(2)) / 2)
for x in [1e-300, 1e-9, 0.3, 0.69, 0.71, 2, 5, 9]:
    x = mpf(x); out('NdtrWithin', [x], erf(x / sqrt(2))); out('NdtrWithinInv', [erf(x / sqrt(2)), erfc(x / sqrt(2))], x)
for x in [1e-300, 1e-10, 0.2, 0.49, 0.51, 1 - 1e-9, 1, 1 + 1e-9, 1.3, 1.49, 1.51, 1.999, 2, 2.001, 2.4, 2.6, 4.75, 9.5, 11, 33.25, 1e3, 1e10, 1e300]:
    x = mpf(x); out('Lgamma', [x], loggamma(x))
    if x > 1e-3 and x < 171: out('Gamma', [x], gamma(x))
for z in [-1e4, -40, -10, -5.01, -4.99, -1, 0, 1, 5, 8]:
    z = mpf(z); l = log(erfc(-z / sqrt(2)) / 2); h = exp(-z * z / 2) / sqrt(2 * pi) / (erfc(-z / sqrt(2)) / 2)
    out('LogNdtr', [z], l); out('Hazard', [z], h)
for n in [0, 1, 2, 7, 30, 200]:
    for x in [1e-8, 0.1, 1, 4.25, 29, 31, 59, 61, 150, 2000]:
        n, x = mpf(n), mpf(x)
        out('LogI', [n, x], log(besseli(n, x)) - x, besseli(n + 1, x) / besseli(n, x) + n / x - 1)
for x in [1e-10, 0.01, 0.5, 1, 3, 10, 100, 1e4]:
    x = mpf(x); out('BesselK01', [x], exp(x) * besselk(0, x), exp(x) * besselk(1, x))
for x in [1e-300, 1e-10, 0.01, 0.5, 0.99, 1.01, 2.9, 3.1, 10, 1e5, 1e300]:
    x = mpf(x); out('LambertW', [x], lambertw(x))
for s, a in [(1.01, 1), (1.5, 1), (2.5, 1), (4, 1), (30, 1), (1.25, 3), (2.5, 5), (3, 100)]:
    s, a = mpf(s), mpf(a); out('HurwitzZeta', [s, a], zeta(s, a), zeta(s, a, 1))
for n, t in [(0, 1e-3), (0, 9), (3, 0.25), (100, 50), (15, 1e4), (1000, 2e5)]:
    n, t = mpf(n), mpf(t); out('LogHypergeometric', [n, t], log(hyp0f1(n + 1, t)), hyp0f1(n + 2, t) / (n + 1) / hyp0f1(n + 1, t))
mp.dps = 30
def upper(a, x): # Q(a, x) near its centre, by quadrature
    f = lambda u: exp(a * log1p(u / a) - u) / (1 + u / a)
    return quad(f, [x - a + i * sqrt(a) for i in range(0, 14, 2)]) * exp(a * log(a) - a - loggamma(a)) / a * 1
for a, z in [(2e10, 0.01), (2e10, 1), (2e10, -1.5), (1e12, 3), (1e15, -0.25)]:
    a = mpf(a); x = mpf(float(a + z * sqrt(a))); mp.dps = 40
    q = upper(a, x); out('GammaInc', [a, x], 1 - q, q); mp.dps = 30
mp.dps = 50
# Large shapes: the density integrated from x outward, in log x and log(x/(1 - x)).
def outward(f, u, w, sign):
    knots = list(range(0, 60)) + list(range(60, 400, 10))
    return quad(f, [u + sign * w * i for i in knots], method='gauss-legendre') * sign
def scale(curve, slope): return min(1 / sqrt(curve), 1 / abs(slope)) if slope != 0 else 1 / sqrt(curve)
def gamma_inc(a, x):
    f = lambda u: exp(a * u - exp(u) - loggamma(a))
    if x < a:
        p = outward(f, log(x), scale(a, a - x), -1); return p, 1 - p
    q = outward(f, log(x), scale(a, a - x), 1); return 1 - q, q
for a, z in [(2e6, .1), (2e6, -3), (1e7, -1), (1e8, 6), (3e9, -8), (9e9, 20), (1.1e6, -30), (5e7, 0)]:
    a = mpf(a); x = mpf(float(a + z * sqrt(a))); out('GammaInc', [a, x], *gamma_inc(a, x))
def beta_inc(a, b, x, y):
    f = lambda u: exp(-a * log1p(exp(-u)) - b * log1p(exp(u)) - loggamma(a) - loggamma(b) + loggamma(a + b))
    u, w = log(x / y), scale((a + b) * x * y, a - (a + b) * x)
    if x < a / (a + b):
        p = outward(f, u, w, -1); return p, 1 - p
    q = outward(f, u, w, 1); return 1 - q, q
for a, b, z in [(2e6, 2e6, .5), (2e6, 3.5, -1), (2e6, 3.5, 2), (0.25, 5e7, 1), (1e12, 1e12, -3), (1e15, 3e11, .25), (7e6, 30, -6), (3, 1e9, 4), (1e9, 2e6, 0), (1e7, 0.5, -.1), (1e7, 0.5, .5), (2e9, 0.375, .25), (1e12, 0.75, -2)]:
    a, b = mpf(a), mpf(b); m = a / (a + b); x = m + z * sqrt(m * (1 - m) / (a + b + 1))
    if x >= 1: x = 1 - (1 - m) / 3
    x = mpf(round(x * 2**60)) / 2**60
    if mpf(float(1 - x)) != 1 - x: x = mpf(round(x * 2**50)) / 2**50 # so that y = 1 - x is exact
    out('BetaInc', [a, b, x, 1 - x], *beta_inc(a, b, x, 1 - x))
for s in [-3, -0.51, -0.49, -1e-3, -1e-12, 1e-9, 0.2, 0.499, 0.51, 4]:
    s = mpf(s); out('Expm1Minus', [s], expm1(s) - s)
mp.dps = 1000 # small shapes: I and 1 - I by the series in x
for a, b in [(1e-300, 1), (1e-200, 1), (1e-200, 1e-20), (1e-20, 1), (1e-20, 1e-20), (1e-12, 7.5), (1e-6, 0.01), (1e-5, 4000), (1e-3, 0.5), (0.01, 3), (0.02, 1e-4), (0.25, 0.125), (0.29, 1.5), (1e-9, 1e5), (1e-30, 1e9)]:
    for x in [2.0**-900, 2.0**-44, 5 * 2.0**-20, 0.25, 0.375, 0.625, 0.9375]:
        a, b, x = mpf(a), mpf(b), mpf(float(x)); y = mpf(float(1 - x))
        if b * x > 500: continue
        p = x**a / a / beta(a, b) * hyp2f1(a, 1 - b, a + 1, x)
        out('BetaInc', [a, b, x, y], p, 1 - p)
mp.dps = 60
for c, r in [(1, 1e-300), (1, 1e-12), (1.25, 0.001), (3, 0.3), (1e9, 0.01), (1, 0.5)]:
    c, r = mpf(c), mpf(r); out('LgammaRise', [c, r], loggamma(c + r) - loggamma(c) if r > 1e-200 else r * psi(0, c))
mp.dps = 60
for x, v, l in [(3, 2, 1.5), (0.1, 0.5, 3), (1e3, 5, 900), (150, 100, 40), (1e6, 1e6, 1e3), (2e4, 2e4, 1e-3), (1e-5, 1e-3, 2), (50, 3, 1e4), (300, 3, 0.25), (1e-300, 5, 0.5), (7, 3, 1e-300)]:
    x, v, l = mpf(x), mpf(v), mpf(l); f = lambda x, v, l: -log(2) - (x + l) / 2 + (v / 4 - half) * log(x / l) + log(besseli(v / 2 - 1, sqrt(l * x)))
    out('NoncentralChiSquare', [x, v, l], f(x, v, l))
for n, x in [(0, 1e-5), (0, 7), (0.5, 3), (0.5, 150), (1, 1e4), (30, 50), (99, 1), (101, 1), (150, 4000), (1e6, 1e4)]:
    n, x = mpf(n), mpf(x); out('LogBessel', [n, x], log(besseli(n, x)) + loggamma(n + 1) + n * log(2 / x) - x, besseli(n + 1, x) / besseli(n, x) - 1)
for n, x in [(0, 1e-9), (0, 1e-5), (0, 7), (0, 90), (0, 120), (0, 3e3), (0.5, 1e-20), (0.5, 3), (0.5, 95), (0.5, 150), (0.5, 500), (0.5, 1e9), (0.5, 1e140), (1, 40), (1, 1e4), (3, 1e5), (30, 50), (99, 1), (101, 1), (150, 4000), (150, 1e8)]:
    mp.dps = 400 if x > 1e20 else 100
    n, x = mpf(n), mpf(x)
    if n == half: a, slope = coth(x) - 1 / x, 1 / x**2 - 1 / sinh(x)**2
    else: a = besseli(n + 1, x) / besseli(n, x); slope = 1 - a * a - (2 * n + 1) / x * a
    out('BesselRatio', [n, x], a, 1 - a); out('BesselRatioSlope', [n, x], slope)
mp.dps = 40
for t, n, d in [(3, 2, 1.5), (0.1, 0.5, 3), (-4, 5, 2), (0, 3, 2), (300, 3, 0.2), (20, 2000, -3), (-7, 0.75, -1), (1e6, 2, 5), (-6, 12.5, -0.5)]:
    t, n, d = mpf(t), mpf(n), mpf(d); r = sqrt(t * t + n); y = t * d / r
    out('NoncentralT', [t, n, d], log(2) + n / 2 * log(n / 2) - loggamma(n / 2) - log(2 * pi) / 2 - (n + 1) * log(r) - d * d * n / 2 / r**2 + loggamma(n + 1) - y * y / 4 + log(pcfd(-n - 1, -y)))
for t, n, d in [(3, 2, 1.5), (0.5, 3, 3), (-4, 5, 2), (0, 3, 2), (-7, 0.75, -1), (-6, 12.5, -0.5), (-10, 1 / 64, 1.5), (50, 1 / 1024, 3), (-1e6, 1 / 1024, -1.5)]:
    t, n, d = mpf(t), mpf(n), mpf(d)
    def side(s):
        f = lambda q: exp(n * q - n / 2 * exp(2 * q)) * erfc(s * (t * exp(q) - d) / sqrt(mpf(2)))
        return log(quad(f, [-80 / n] + [-mpf(2)**k for k in range(16, 3, -1) if 2**k < 80 / n] + [mpf(k) / 2 for k in range(-16, 17)]) * exp(n / 2 * log(n / 2) - loggamma(n / 2)))
    out('NoncentralTTails', [t, n, d], side(-1), side(1))
