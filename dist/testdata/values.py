# Reference values of the distributions, computed with mpmath at 45 digits from their
# densities alone:
#   python3 values.py > values.txt
#   python3 values.py Gompertz >> values.txt # those of some distributions
# A line is a distribution with its parameters, in the order of the table of families in
# families_test.go, a quantity with its arguments, and the value rounded to float64:
#   Normal 0 1 | logsf 40 = -804.608442013753788
# Quantities are lp, cdf, sf, logcdf, logsf, quantile, isf, mean, variance, entropy, and of the
# distribution confined to an interval with two more arguments, trunc:lp, trunc:cdf,
# trunc:sf, trunc:quantile, trunc:mean, trunc:variance.
from mpmath import *
mp.dps = 45
inf = mpf('inf')

def lg(x): return loggamma(x)
def lbeta(a, b): return lg(a) + lg(b) - lg(a + b)
def num(x): return repr(float(x))

# name: (log-density, support, integers?, parameters)
def normal(x, m, s): return -((x - m) / s)**2 / 2 - log(s) - log(2 * pi) / 2
def student(x, n, m, s): return -(n + 1) / 2 * log1p(((x - m) / s)**2 / n) - log(n) / 2 - lbeta(n / 2, mpf(1) / 2) - log(s)
def logistic(x, m, s): z = abs(x - m) / s; return -z - 2 * log1p(exp(-z)) - log(s)
def gumbel(x, m, s): z = (x - m) / s; return -z - exp(-z) - log(s)
def gamma_(x, a, b): return a * log(b) - lg(a) + (a - 1) * log(x) - b * x
def beta_(x, a, b): return -inf if not 0 < x < 1 else (a - 1) * log(x) + (b - 1) * log1p(-x) - lbeta(a, b)
def weibull(x, k, l): z = x / l; return log(k) + (k - 1) * log(z) - z**k - log(l)
def gompertz(x, c, r): z = r * x; return log(c * r) + z - c * expm1(z)
def fisher(x, m, n): return m / 2 * log(m * x) + n / 2 * log(n) - (m + n) / 2 * log(m * x + n) - lbeta(m / 2, n / 2) - log(x)
def noncentral(x, n, l):
    if n < mpf(10)**-300: return gamma_(x, n / 2, mpf(1) / 2) - l / 2 + log(hyp0f1(n / 2, l * x / 4))
    return -log(2) - (x + l) / 2 + (n / 4 - mpf(1) / 2) * log(x / l) + log(besseli(n / 2 - 1, sqrt(l * x)))
def noncentralt(x, n, d, m, s):
    x = (x - m) / s; r = sqrt(x * x + n); y = x * d / r
    return log(2) + n / 2 * log(n / 2) - lg(n / 2) - log(2 * pi) / 2 - (n + 1) * log(r) - d * d * n / 2 / r**2 + lg(n + 1) - y * y / 4 + log(pcfd(-n - 1, -y)) - log(s)
def skewnormal(x, m, s, a): z = (x - m) / s; return normal(z, 0, 1) + log(2) + log(erfc(-a * z / sqrt(mpf(2))) / 2) - log(s)
def betabinomial(k, n, a, b): return lg(n + 1) - lg(k + 1) - lg(n - k + 1) + lbeta(k + a, n - k + b) - lbeta(a, b)
def normalcdf(x, m, s): return erfc((m - x) / s / sqrt(mpf(2))) / 2
def second(x, m, s): return normal(x, m, s) + log(normalcdf(x, m, s)) + 3 * log(normalcdf(-x, -m, s)) - lbeta(mpf(2), mpf(4)) # of five
def quantized(k, m, s): return log(normalcdf(k + 0.5, m, s) - normalcdf(k - 0.5, m, s) if k < m else normalcdf(0.5 - k, -m, s) - normalcdf(-0.5 - k, -m, s))
def inflated(k, l, q): return log(1 - q) + poisson(k, l) if k > 0 else log(q + (1 - q) * exp(-l))
def invgauss(x, m, l): return log(l / (2 * pi * x**3)) / 2 - l * (x - m)**2 / (2 * m * m * x)
def gev(x, m, s, k):
    w = log1p(k * (x - m) / s) / k
    return -(1 + k) * w - exp(-w) - log(s)
def gpd(x, m, s, k): return -(1 + k) / k * log1p(k * (x - m) / s) - log(s)
def gennormal(x, m, a, b): return -(abs(x - m) / a)**b - log(2 * a) - lg(1 + 1 / b)
def johnson(x, g, d, m, s): z = (x - m) / s; return normal(g + d * asinh(z), 0, 1) + log(d) - log1p(z * z) / 2 - log(s)
def sinharc(x, e, d, m, s):
    c = 2 / sinh(d * asinh(mpf(2))); z = (x - m) / s / c
    u = asinh(z) / d - e
    return normal(sinh(u), 0, 1) + log(cosh(u)) - log1p(z * z) / 2 - log(d) - log(c) - log(s)
def emg(x, m, s, r): z = (x - m) / s; return log(r) + (r * s)**2 / 2 - r * (x - m) + log(erfc((r * s - z) / sqrt(mpf(2))) / 2)
def nig(x, t, q, m, s):
    k = t * (2 * q - 1); k = mpf(float(k)); z = x - m; r = sqrt(s * s + z * z)
    return log(t * s / pi / r) + log(besselk(1, t * r)) + s * sqrt(t * t - k * k) + k * z
def twopiece(x, m, s, g): z = (x - m) / s; z = z * g if z < 0 else z / g; return normal(z, 0, 1) + log(2) - log(g + 1 / g) - log(s)
def vonmises(x, m, k): return k * cos(x - m) - log(2 * pi * besseli(0, k))
def moyal(x, m, s): z = (x - m) / s; return -(z + exp(-z) + log(2 * pi)) / 2 - log(s)
def invgamma(x, a, b): return a * log(b) - lg(a) - (a + 1) * log(x) - b / x
def chi(x, k): return (k - 1) * log(x) - x * x / 2 - (k / 2 - 1) * log(2) - lg(k / 2)
def expgamma(x, a, b): return a * log(b) - lg(a) + a * x - b * exp(x)
def sigmoidbeta(u, a, b): return -a * log1p(exp(-u)) - b * log1p(exp(u)) - lbeta(a, b)
def kumar(x, a, b): return -inf if not 0 < x < 1 else log(a * b) + (a - 1) * log(x) + (b - 1) * log1p(-x**a)
def lognormal(x, m, s): return normal(log(x), m, s) - log(x)
def loglogistic(x, m, s): return logistic(log(x), m, s) - log(x)
def logitnormal(x, m, s): return normal(log(x) - log1p(-x), m, s) - log(x) - log1p(-x) if 0 < x < 1 else -inf
def lambertn(x, m, s, d):
    z = (x - m) / s; w = lambertw(d * z * z).real; u = sqrt(w / d)
    return normal(u, 0, 1) - log1p(w) - w / 2 - log(s)
def poisson(k, l): return k * log(l) - l - lg(k + 1)
def binomial(k, n, p): return lg(n + 1) - lg(k + 1) - lg(n - k + 1) + k * log(p) + (n - k) * log1p(-p)
def negbin(k, r, p): return lg(k + r) - lg(k + 1) - lg(r) + r * log1p(-p) + k * log(p)
def geometric(k, p): return k * log1p(-p) + log(p)
def skellam(k, a, b): return -a - b + k * log(a / b) / 2 + log(besseli(abs(k), 2 * sqrt(a * b)))
def zipf(k, s): s = 1 + s; return -s * log(k) - log(zeta(s))

line = lambda *p: (-inf, inf)
half = lambda *p: (mpf(0), inf)
unit = lambda *p: (mpf(0), mpf(1))
families = {
    'Normal': (normal, line), 'StudentT': (student, line), 'Cauchy': (lambda x, m, s: student(x, mpf(1), m, s), line),
    'Laplace': (lambda x, m, s: -abs(x - m) / s - log(2 * s), line), 'Logistic': (logistic, line), 'Gumbel': (gumbel, line),
    'Moyal': (moyal, line), 'GeneralizedNormal': (gennormal, line), 'JohnsonSU': (johnson, line), 'SinhArcsinh': (sinharc, line),
    'ExponentiallyModifiedGaussian': (emg, line), 'NormalInverseGaussian': (nig, line), 'TwoPieceNormal': (twopiece, line),
    'ExpGamma': (expgamma, line), 'SigmoidBeta': (sigmoidbeta, line), 'LambertWNormal': (lambertn, line),
    'GEV': (gev, lambda m, s, k: (m - s / k, inf) if k > 0 else (-inf, m - s / k)),
    'GPD': (gpd, lambda m, s, k: (m, inf) if k > 0 else (m, m - s / k)),
    'Exponential': (lambda x, r: log(r) - r * x, half), 'Gamma': (gamma_, half), 'ChiSquared': (lambda x, k: gamma_(x, k / 2, mpf(1) / 2), half),
    'Chi': (chi, half), 'InverseGamma': (invgamma, half), 'InverseGaussian': (invgauss, half), 'Weibull': (weibull, half), 'Gompertz': (gompertz, half), 'F': (fisher, half), 'NoncentralChiSquared': (noncentral, half), 'NoncentralT': (noncentralt, line), 'SkewNormal': (skewnormal, line), 'OrderStatistic': (second, line),
    'LogNormal': (lognormal, half), 'LogLogistic': (loglogistic, half), 'HalfNormal': (lambda x, s: normal(x, 0, s) + log(2), half),
    'HalfCauchy': (lambda x, m, s: student(x, mpf(1), m, s) + log(2), lambda m, s: (m, inf)),
    'HalfStudentT': (lambda x, n, m, s: student(x, n, m, s) + log(2), lambda n, m, s: (m, inf)),
    'Pareto': (lambda x, a, m: log(a) - (a + 1) * log(x / m) - log(m), lambda a, m: (m, inf)),
    'Beta': (beta_, unit), 'Kumaraswamy': (kumar, unit), 'LogitNormal': (logitnormal, unit),
    'VonMises': (vonmises, lambda m, k: (m - pi, m + pi)),
}
counts = {
    'Quantized': (quantized, lambda m, s: (-inf, inf)), 'ZeroInflated': (inflated, lambda l, q: (0, inf)),
    'BetaBinomial': (betabinomial, lambda n, a, b: (0, n)),
    'Poisson': (poisson, lambda l: (0, inf)), 'Binomial': (binomial, lambda n, p: (0, n)), 'NegativeBinomial': (negbin, lambda r, p: (0, inf)),
    'Geometric': (geometric, lambda p: (0, inf)), 'Skellam': (skellam, lambda a, b: (-inf, inf)), 'Zipf': (zipf, lambda s: (1, inf)),
}

class Edge:
    # The density relative to that at end, integrated away from it over w: panels of growing
    # size, in units of the distance in which it falls by e.
    def __init__(self, lp, end, sign, w):
        self.lp, self.end, self.sign, self.w, self.top = lp, end, sign, w, lp(end)
        s = w if w < inf else max(abs(end), mpf(1))
        while self.drop(s) > 1: s /= 2
        while s < w and self.drop(2 * s) < 1 and s < mpf(10)**400: s *= 2
        self.s = s
    def drop(self, y): return self.top - self.lp(self.end + self.sign * y)
    def knots(self, a, b):
        k, y, step = [a], a, self.s * 2
        while y < b and self.drop(y) < 60 + max(self.drop(a), 0):
            y = min(y + step, b); k.append(y)
            if len(k) > 10: step *= mpf(1.25)
        return k
    def integral(self, a, b, v=lambda y: 1):
        if not a < b: return mpf(0)
        s = self.s # so that the integral is near 1, as quad's tolerance is absolute
        return s * quad(lambda t: v(s * t) * exp(-self.drop(s * t)), [y / s for y in self.knots(a, b)])

class Sum:
    def __init__(self, lp, end, sign, w): self.lp, self.end, self.sign, self.w, self.top = lp, end, sign, w, lp(end)
    def drop(self, y): return self.top - self.lp(self.end + self.sign * y)
    def integral(self, a, b, v=lambda y: 1):
        total, y = mpf(0), ceil(a)
        while y <= b:
            t = v(y) * exp(-self.drop(y)); total += t
            if y > ceil(a) + 5 and t < total * mpf(10)**-40: break
            y += 1
        return total

def show(name, p, quantity, args, value):
    print(name, *map(num, p), '|', quantity, *map(num, args), '=', num(value))

def inside(f, p, lo, hi, integer):
    return lambda t: f(t, *p) if integer or lo < t < hi else -inf

def point(name, p, *xs):
    # log-density and both tails at some points, mean, variance and a quantile
    q = params(p)
    f, sup = families.get(name) or counts[name]
    lo, hi = sup(*q)
    lp = inside(f, q, lo, hi, name in counts)
    def integral(a, b, v=lambda x: 1): # a, b inclusive
        if name in counts: return nsum(lambda k: v(k) * exp(lp(k)), [a, b]) if a == -inf else sum(terms(a, b, v))
        return quad(lambda x: v(x) * exp(lp(x)), knots(max(a, low), min(b, high))) if max(a, low) < min(b, high) else mpf(0)
    def terms(a, b, v):
        most = mpf(0)
        while a <= b:
            t = v(a) * exp(lp(a)); most = max(most, t); a += 1
            yield t
            if t < most * mpf(10)**-40 and a > mean_at: return
    def out(x, sign, end): # doubling steps as far as the density matters
        step = mpf(float(xs[-1] - xs[0])) / 8
        while (x - end) * sign < 0 and lp(x) > lp(mpf(xs[0])) - 700:
            yield x
            x += sign * step; step *= 2
        yield end if (x - end) * sign >= 0 else x
    if name not in counts:
        left, right = list(out(mpf(float(xs[0])), -1, lo)), list(out(mpf(float(xs[-1])), 1, hi))
        low, high = left[-1], right[-1]
    def knots(a, b): return sorted({k for k in left + right + [mpf(float(x)) for x in xs] if a < k < b} | {a, b})
    mean_at = mpf(float(xs[-1]))
    for x in xs:
        x = mpf(float(x))
        show(name, p, 'lp', [x], lp(x))
        show(name, p, 'cdf', [x], integral(lo, x))
        show(name, p, 'sf', [x], integral(x + 1 if name in counts else x, hi))
    mean = integral(lo, hi, lambda x: x)
    show(name, p, 'mean', [], mean)
    show(name, p, 'variance', [], integral(lo, hi, lambda x: (x - mean)**2))

def params(p): return [mpf(float(v)) for v in p]

def tail(name, p, x, upper):
    p = params(p); x = mpf(float(x))
    f, sup = families.get(name) or counts[name]
    lo, hi = sup(*p)
    lp = inside(f, p, lo, hi, name in counts)
    kind = Sum if name in counts else Edge
    if upper:
        end = x + 1 if name in counts else x
        e = kind(lp, end, 1, hi - end)
        show(name, p, 'logsf', [x], e.top + log(e.integral(0, e.w)))
    else:
        e = kind(lp, x, -1, x - lo)
        show(name, p, 'logcdf', [x], e.top + log(e.integral(0, e.w)))

def trunc(name, p, a, b):
    p = params(p); a, b = mpf(float(a)), mpf(float(b))
    f, sup = families.get(name) or counts[name]
    lo, hi = sup(*p)
    low, high = max(a, lo), min(b, hi)
    integer = name in counts
    lp = inside(f, p, lo, hi, integer)
    if low == -inf: up = False
    elif high == inf: up = True
    else:
        up = lp(low + (high - low) * mpf(10)**-6) > lp(high - (high - low) * mpf(10)**-6) if not integer else lp(low) > lp(high)
    e = (Sum if integer else Edge)(lp, low if up else high, 1 if up else -1, high - low)
    m = e.integral(0, e.w)
    s = 1 if integer else e.s
    mean = s * e.integral(0, e.w, lambda y: y / s) / m
    var = s * s * e.integral(0, e.w, lambda y: ((y - mean) / s)**2) / m
    show(name, p, 'trunc:mean', [a, b], e.end + e.sign * mean)
    show(name, p, 'trunc:variance', [a, b], var)
    for k in [mpf(1) / 4, mpf(3)]:
        x = mpf(float(e.end + e.sign * mean * k))
        if integer: x = floor(x)
        y = (x - e.end) * e.sign
        if not 0 <= y <= e.w: continue
        show(name, p, 'trunc:lp', [a, b, x], -e.drop(y) - log(m))
        near, far = e.integral(0, y) / m, e.integral(y, e.w) / m
        if integer:
            near, far = (e.integral(0, y) / m, e.integral(y + 1, e.w) / m) if up else (e.integral(0, y - 1) / m, e.integral(y, e.w) / m)
        show(name, p, 'trunc:cdf', [a, b, x], near if up else far)
        show(name, p, 'trunc:sf', [a, b, x], far if up else near)
    if not integer:
        y = mean
        for _ in range(60): # Newton's steps
            step = (e.integral(0, y) - m / 2) * exp(e.drop(y))
            y -= step
            if abs(step) < abs(y) * mpf(10)**-20: break
        show(name, p, 'trunc:quantile', [a, b, 0.5], e.end + e.sign * y)

def density(name, p, *xs):
    # log-density alone, of parameters whose quadrature is not worth it
    f, sup = families[name]
    for x in xs: show(name, params(p), 'lp', [x], f(mpf(float(x)), *params(p)))

if __name__ == '__main__':
    import sys
    only = set(sys.argv[1:])
    def chosen(rows): return [r for r in rows if not only or r[0] in only]

    for name, p, x in chosen([
        ('Normal', [0, 1], 40), ('Normal', [0, 1], 1e6), ('StudentT', [1000, 0, 1], 1e3), ('StudentT', [1e6, 0, 1], 60), ('Cauchy', [0, 1], 1e100),
        ('Laplace', [0, 1], 1e5), ('Logistic', [0, 1], 1e5), ('Gumbel', [0, 1], 2e3), ('Moyal', [0, 1], 3e3), ('GeneralizedNormal', [0, 1, 3.5], 20),
        ('JohnsonSU', [0.5, 40, 0, 1], 3), ('SinhArcsinh', [0.5, 0.5, 0, 1], 9), ('ExponentiallyModifiedGaussian', [0, 1, 2], 500),
        ('NormalInverseGaussian', [3, 0.625, 0, 1], 900), ('TwoPieceNormal', [0, 1, 2.5], 120), ('ExpGamma', [2.5, 1], 8), ('SigmoidBeta', [2, 3], 400),
        ('LambertWNormal', [0, 1, 0.001], 1e3), ('GEV', [0, 1, -0.25], 3.9999999999), ('GPD', [0, 1, 0.01], 1e6), ('Exponential', [2], 600),
        ('Gamma', [2.5, 1], 900), ('Gamma', [3e6, 1], 3.2e6), ('ChiSquared', [7], 2e3), ('Chi', [7], 50), ('InverseGamma', [300, 1], 20), ('InverseGaussian', [1, 2], 1e3),
        ('Weibull', [1.5, 1], 150), ('LogNormal', [0, 1], 1e20), ('LogLogistic', [0, 0.01], 1e5), ('HalfNormal', [1], 40), ('HalfStudentT', [1000, 0, 1], 1e3),
        ('Pareto', [300, 1], 20), ('Beta', [2, 300], 0.95), ('Beta', [3e6, 2e6], 0.65), ('Kumaraswamy', [2, 300], 0.96), 
        ('VonMises', [0, 2000], 1), ('VonMises', [0, 1e10], 3e-5), ('VonMises', [0, 1e10], 1e-6), ('Poisson', [3.5], 400), ('Binomial', [3000, 0.25], 2000), ('NegativeBinomial', [2.5, 0.25], 900), ('Geometric', [0.5], 2000),
        ('Skellam', [3, 7], 400), ('Skellam', [3e4, 7e3], 4e4), ('Zipf', [250], 20),
        ('Gompertz', [0.5, 2], 5), ('NoncentralChiSquared', [3, 40], 3000), ('NoncentralChiSquared', [0.5, 1e6], 1.1e6), ('F', [300, 2000], 9), ('OrderStatistic', [0, 1], 25), ('Quantized', [0.25, 2], 90), ('ZeroInflated', [3.5, 0.25], 400), ('SkewNormal', [0, 1, 2], 40), ('SkewNormal', [0, 1, -2], 20), ('SkewNormal', [0, 1, -0.001], 50),
        ('BetaBinomial', [3000, 200, 3e6], 2900)]):
        tail(name, p, x, True)
    for name, p, x in chosen([
        ('Normal', [40, 1], 0), ('Gumbel', [0, 1], -8), ('Moyal', [0, 1], -9), ('SinhArcsinh', [0.5, 0.5, 0, 1], -9), ('ExponentiallyModifiedGaussian', [0, 1, 2], -60),
        ('NormalInverseGaussian', [3, 0.625, 0, 1], -500), ('TwoPieceNormal', [0, 1, 2.5], -20), ('ExpGamma', [2.5, 1], -400), ('SigmoidBeta', [2, 3], -500),
        ('GEV', [0, 1, 0.25], -3.5), ('Gamma', [2.5, 1], 1e-130), ('Gamma', [3e6, 1], 2.8e6), ('InverseGamma', [2, 1], 1e-3), ('InverseGaussian', [1, 2], 1e-3), ('Weibull', [50, 1], 1e-7),
        ('LogNormal', [0, 1], 1e-20), ('Beta', [300, 2], 0.05), ('LogitNormal', [0, 1], 1e-20), ('VonMises', [0, 2000], -1), ('VonMises', [0, 1e16], -2.5e-8),
        ('Poisson', [2000], 400), ('Binomial', [3000, 0.75], 1000), ('NegativeBinomial', [2500, 0.75], 900), ('Skellam', [3, 7], -400), ('Skellam', [7e3, 3e4], -4e4),
        ('Gompertz', [0.5, 2], 1e-200), ('NoncentralChiSquared', [3, 4000], 1e-3), ('NoncentralChiSquared', [200, 1e6], 9e5), ('NoncentralT', [7, 3, 0, 1], -8), ('F', [3000, 20], 0.01), ('OrderStatistic', [0, 1], -45), ('Quantized', [0.25, 2], -90), ('SkewNormal', [0, 1, 2], -20), ('SkewNormal', [0, 1, 2000], -0.03), ('SkewNormal', [0, 1, -2], -40)]):
        tail(name, p, x, False)
    for name, p, a, b in chosen([
        ('Normal', [0, 1], 36, 36.5), ('Normal', [0, 1], 5, inf), ('Normal', [0, 1], -inf, -40), ('Normal', [0, 1], -1e17, -40), ('Normal', [0, 1], 1e6, inf),
        ('Normal', [0, 1], 1e3, 1e3 + 1e-6), ('Normal', [-1e18, 1e8], 0, 1), ('Normal', [0, 1], 1, 1 + 1e-9), ('Normal', [0, 1], -1e-9, 2e-9), ('Normal', [1, 2], -15.25, -15),
        ('Laplace', [0, 0.001], 1, 2), ('Laplace', [0, 1], 1e6, inf), ('Logistic', [0, 1], 1e6, 1e6 + 3), ('Logistic', [0, 1], -inf, -5), ('StudentT', [1e6, 0, 1], 60, inf),
        ('StudentT', [3, 0, 1], 1e6, 2e6), ('StudentT', [1000, 0, 1], 1e3, inf), ('Cauchy', [0, 1], 1e6, 1.5e6), ('Gumbel', [0, 1], -inf, -9), ('Gumbel', [0, 1], 1e4, inf),
        ('Moyal', [0, 1], 2e3, inf), ('GeneralizedNormal', [0, 1, 3.5], 20, inf), ('JohnsonSU', [0.5, 40, 0, 1], 3, inf), ('SinhArcsinh', [0.5, 0.5, 0, 1], 9, inf),
        ('ExponentiallyModifiedGaussian', [0, 1, 2], 500, inf), ('ExponentiallyModifiedGaussian', [0, 1, 2], -inf, -60), ('NormalInverseGaussian', [3, 0.625, 0, 1], 900, inf),
        ('TwoPieceNormal', [0, 1, 2.5], 120, inf), ('ExpGamma', [2.5, 1], 8, inf), ('ExpGamma', [2.5, 1], -inf, -400), ('SigmoidBeta', [2, 3], 400, inf),
        ('LambertWNormal', [0, 1, 0.001], 1e3, inf), ('GPD', [0, 1, 0.01], 1e6, inf), ('Exponential', [2], 600, inf), ('Exponential', [2], 1e8, 1e8 + 1), ('Gamma', [2.5, 1], 900, inf),
        ('Gamma', [2.5, 1], 1e6, inf), ('Gamma', [3, 1], 0, 1e-200), ('Gamma', [3e6, 1], 3.2e6, inf), ('ChiSquared', [7], 2e3, 2100), ('Chi', [7], 50, inf), ('InverseGamma', [2, 1], 0, 1e-3),
        ('InverseGaussian', [1, 2], 1e3, inf), ('InverseGaussian', [1, 2], 0, 1e-3), ('Weibull', [1.5, 1], 150, inf), ('LogNormal', [0, 1], 1e20, inf), ('LogNormal', [0, 1], 0, 1e-20),
        ('HalfNormal', [1], 40, inf), ('Pareto', [300, 1], 20, inf), ('Beta', [2, 300], 0.95, 1), ('Beta', [300, 2], 0, 0.05), ('Beta', [0.5, 0.5], 0.25, 0.875), ('LogitNormal', [0, 1], 0, 1e-20),
        ('Kumaraswamy', [2, 300], 0.96, 1), ('VonMises', [0, 2000], 1, 2),
        ('Poisson', [3.5], 400, inf), ('Poisson', [3.5], 2, 9), ('Poisson', [1e6], 0, 9e5), ('Binomial', [3000, 0.25], 2000, inf), ('NegativeBinomial', [2.5, 0.25], 900, inf),
        ('Geometric', [0.5], 2000, 2010), ('Skellam', [3, 7], 400, inf), ('Zipf', [250], 20, inf), ('Gompertz', [0.5, 2], 4, inf), ('F', [300, 2000], 9, inf), ('NoncentralChiSquared', [3, 2], 500, inf), ('SkewNormal', [0, 1, -2], 20, inf),
        ('BetaBinomial', [30, 2, 3], 5, 12), ('NormalInverseGaussian', [2, 0.625, 0, 1], -1, 1), ('ExponentiallyModifiedGaussian', [0, 1, 2], -0.5, 2), ('NoncentralT', [5, 2, 0, 1], 1, 4)]):
        trunc(name, p, a, b)
    for name, p, *xs in chosen([
        ('Gompertz', [0.5, 2], 0.125, 1, 2), ('Gompertz', [300, 0.25], 0.001, 0.01), ('Gompertz', [1e-6, 1], 3, 13, 17),
        ('F', [3, 7], 0.001, 1, 30), ('NoncentralT', [5, 2, 0, 1], -1, 2.5, 9), ('NoncentralT', [12.5, -0.5, 1, 2], -6, 0, 4), ('NoncentralChiSquared', [3, 2], 0.001, 1, 5, 30), ('NoncentralChiSquared', [0.5, 20], 1e-3, 9, 40), ('NoncentralChiSquared', [300, 0.25], 250, 300, 340), ('NoncentralChiSquared', [40, 1e5], 9.9e4, 1e5, 1.02e5), ('F', [1, 5], 1e-6, 2), ('F', [200, 3000], 0.5, 1, 1.5), ('F', [1e6, 1e8], 0.995, 1, 1.004),
        ('SkewNormal', [0, 1, 2], -2, 0, 0.5, 3), ('SkewNormal', [1, 2, -0.3], -8, 1, 7), ('SkewNormal', [0, 1, 300], -0.02, 0.001, 0.5, 3), ('SkewNormal', [0, 1, 0.9], -0.25, 0.75, 2),
        ('SkewNormal', [0, 1, 20], -0.5, -0.01, 0.02, 1.5),
        ('OrderStatistic', [1, 2], -3, 0, 1, 4), ('Quantized', [0.25, 2], -9, 0, 1, 8), ('Quantized', [0.25, 0.125], 0, 1), ('ZeroInflated', [3.5, 0.25], 0, 1, 9),
        ('BetaBinomial', [10, 2, 3], 0, 4, 10), ('BetaBinomial', [300, 0.25, 0.5], 0, 1, 150, 299, 300), ('BetaBinomial', [1000, 3e6, 1e6], 700, 750, 800), ('BetaBinomial', [6000, 3, 50], 3, 300, 1200)]):
        point(name, p, *xs)
    mp.dps, least = 700, 5e-324 # digits that sums with the least number need
    for name, p, *xs in chosen([
        ('NormalInverseGaussian', [1, 0.5, 0, 1e-300], 1e-300, 1e-140, 1), ('NormalInverseGaussian', [1e-300, 0.5, 0, 1e-300], 0, 1),
        ('Beta', [least, 7], 0.25), ('Beta', [least, least], 1e-300, 0.25), ('Chi', [least], 1e-300, 2), ('Chi', [1.5e-323], 2), ('ChiSquared', [least], 1e-300, 2), ('F', [least, least], 0.25, 1e300),
        ('F', [least, 7], 2), ('F', [7, least], 2), ('F', [1.5e-323, 1e300], 2), ('StudentT', [least, 0, 1], 0, 1e-200, 3), ('HalfStudentT', [1.5e-323, 0, 2], 0, 3), ('NoncentralChiSquared', [least, 3], 1e-9, 2),
        ('NoncentralChiSquared', [1.5e-323, least], 2), ('NoncentralT', [least, 1.5, 0, 1], 0, 3), ('NoncentralT', [1e-12, 1.5, 0, 1], 3), ('NoncentralT', [0.09375, -1.5, 0, 1], 0.5, -4), ('InverseGaussian', [least, least], least, 1), ('InverseGaussian', [1e-20, 1e-300], 1e300),
        ('InverseGaussian', [1e-300, 1e-300], 1e-310), ('LambertWNormal', [0, 1, least], 0, 3), ('SinhArcsinh', [0.5, least, 0, 1], -1, 3), ('SinhArcsinh', [0.5, least, 0, least], 1e-323)]):
        density(name, p, *xs)
