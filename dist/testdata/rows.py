# Reference values of distributions of rows, computed with mpmath at 700 digits:
#   python3 rows.py > rows.txt
# A line is a distribution with its parameters, in the order of the functions here, a quantity with its
# arguments, and the value rounded to float64.
from mpmath import *
mp.dps = 700 # 1 − μᵀx may be 1e−300

def num(x): return repr(float(x))
def show(name, p, quantity, args, value): print(name, *map(num, p), '|', quantity, *map(num, args), '=', num(value))
def exact(p): return [mpf(float(v)) for v in p]
def unit(v): n = sqrt(fsum(x * x for x in v)); return [x / n for x in v]
def dot(a, b): return fsum(x * y for x, y in zip(a, b))

# κ, and a multiple of the mean direction: the density in the surface of the sphere
def scaled(n, k): # log(exp(-k)·I_n(k)); far out one term is left of the asymptotic series
    return log(besseli(n, k)) - k if k < 1e10 else -log(2 * pi * k) / 2 + log1p(-(4 * n * n - 1) / (8 * k))
def ratio(n, k): # I_(n+1)/I_n, with the series far out
    return besseli(n + 1, k) / besseli(n, k) if k < 1e10 else 1 - (2 * n + 1) / (2 * k) + (4 * n * n - 1) / (8 * k * k) + (4 * n * n - 1) / (8 * k**3)
def fisher(p, *rows):
    k, m = exact(p)[0], unit(exact(p)[1:])
    d = len(m); n = mpf(d) / 2 - 1
    area = log(2) + d * log(pi) / 2 - loggamma(mpf(d) / 2)
    norm = area if k == 0 else mpf(d) / 2 * log(2 * pi) - n * log(k) + scaled(n, k)
    for x in rows: show('VonMisesFisher', p, 'lp', x, k * (dot(m, unit(exact(x))) - 1) - norm)
    a = ratio(n, k) if k else mpf(0)
    show('VonMisesFisher', p, 'entropy', [], norm + k * (1 - a))
    show('VonMisesFisher', p, 'length', [], a)
    along = mpf(1) / d if k == 0 else 1 - a * a - (d - 1) * a / k if k < 1e10 else mpf(d - 1) / (2 * k * k)
    across = a / k if k else mpf(1) / d
    for j in range(2): show('VonMisesFisher', p, 'variance', [j], across * (1 - m[j]**2) + along * m[j]**2)
fisher([0, 1, 2], [0.6, 0.8])
fisher([0, 1, 2, -1, 5], [0.5, 0.5, 0.5, 0.5])
fisher([1e-300, 1, 2, -1], [0.6, 0.8, 0])
fisher([1e-6, 1, 2, -1], [0.6, 0.8, 0])
fisher([0.25, 0, 1], [0.6, 0.8], [0, -1])
fisher([3, 3, 4], [0.6, 0.8], [1, 0], [-0.8, 0.6])
fisher([3, 2, -1, 0.5], [0.6, 0.8, 0], [-0.48, 0.6, 0.64])
fisher([98, 1e-200, 2e-200, 0, 0, 1e-200], [0, 0.6, 0, 0.8, 0])
fisher([150, 1e200, -3e200, 0, 0], [0.5, -0.5, 0.5, 0.5], [1, 0, 0, 0])
fisher([7, *[1] * 30], [0.6, 0.8, *[0] * 28])
fisher([500, *[1] * 250], [0.6, 0.8, *[0] * 248])
fisher([1e6, 3, 4, 0], [0.6, 0.8, 0], [0.8, 0.6, 0])
fisher([1e8, 3, 4, 0, 1, 2], [0.6, 0.8, 0, 0, 0])
fisher([1e25, 1, 0, 0], [1, 0, 0], [1, 1e-12, 0])
fisher([1e300, 1, 0], [1, 0], [1, 1e-150], [0, 1])
fisher([1e300, 0, 1, 0, 0, 0], [0, 1, 0, 0, 0])

# τ and the weights
def relaxed(p, *rows):
    t, w = exact(p)[0], exact(p)[1:]
    k = len(w)
    for x in rows:
        e = exact(x)
        lp = loggamma(k) + (k - 1) * log(t) + fsum(log(v) - (t + 1) * log(y) for v, y in zip(w, e)) - k * log(fsum(v * y**-t for v, y in zip(w, e)))
        show('RelaxedCategorical', p, 'lp', x, lp)
relaxed([0.5, 1, 2], [0.25, 0.75], [1e-300, 1])
relaxed([0.01, 1, 2, 3], [0.25, 0.5, 0.25], [1e-100, 0.5, 0.5])
relaxed([30, 5, 2, 3, 1], [0.25, 0.25, 0.25, 0.25], [0.125, 0.375, 0.125, 0.375])

# η and n, from the density of the correlation matrix and the Jacobian of its factor
def lkj(p, *rows):
    h, n = exact(p)[0], int(p[1])
    c = fsum((2 * (h - 1) + n - k) * (n - k) * log(2) + (n - k) * log(beta(h + mpf(n - k - 1) / 2, h + mpf(n - k - 1) / 2)) for k in range(1, n))
    for x in rows:
        diag = [mpf(float(x[i * n + i])) for i in range(n)]
        show('LKJCholesky', p, 'lp', x, fsum((2 * (h - 1) + n - i) * log(diag[i - 1]) for i in range(1, n + 1)) - c)
lkj([1, 2], [1, 0, 0.6, 0.8])
lkj([2.5, 3], [1, 0, 0, 0.6, 0.8, 0, 0, 0.6, 0.8], [1, 0, 0, -0.6, 0.8, 0, 0.5, 0.5, sqrt(mpf(0.5))])
lkj([0.01, 3], [1, 0, 0, 0.6, 0.8, 0, 0, 0.6, 0.8])
lkj([1e6, 4], [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1])

# ν and the factor of the scale matrix, from the density of the matrix and the Jacobian of its factor
def wishart(p, *rows):
    v, l = exact(p)[0], exact(p)[1:]
    n = int(sqrt(mpf(len(l))))
    l = matrix(n, n, ) + matrix([l[i * n:i * n + n] for i in range(n)])
    norm = v * n / 2 * log(2) + v * log(abs(det(l))) + n * mpf(n - 1) / 4 * log(pi) + fsum(loggamma((v - i) / 2) for i in range(n))
    for x in rows:
        e = exact(x); f = matrix([e[i * n:i * n + n] for i in range(n)])
        z = l**-1 * f
        trace = fsum(z[i, j]**2 for i in range(n) for j in range(n))
        lp = (v - n - 1) * fsum(log(f[i, i]) for i in range(n)) - trace / 2 - norm
        show('WishartCholesky', p, 'lp', x, lp + n * log(2) + fsum((n - i) * log(f[i, i]) for i in range(n)))
wishart([4.5, 2, 0, 0.5, 1], [3, 0, -1, 2], [1e-6, 0, 0, 1e-6])
wishart([1.0000001, 2, 0, 0.5, 1], [3, 0, -1, 2])
wishart([1e6, 1e-3, 0, 0, 0.5, 1, 0, 2, 0.25, 3], [1, 0, 0, 500, 1000, 0, 2000, 250, 3000])

# the edges of three bins, and their weights
def histogram(p, *xs):
    e, w = exact(p)[:4], exact(p)[4:]
    for x in xs:
        i = sum(x >= v for v in e) - 1
        show('Histogram', p, 'lp', [x], log(w[i] / fsum(w) / (e[i + 1] - e[i])))
        show('Histogram', p, 'cdf', [x], (fsum(w[:i]) + w[i] * (mpf(float(x)) - e[i]) / (e[i + 1] - e[i])) / fsum(w))
    mean = fsum(v * (e[i] + e[i + 1]) / 2 for i, v in enumerate(w)) / fsum(w)
    show('Histogram', p, 'mean', [], mean)
    show('Histogram', p, 'variance', [0], fsum(v * (e[i + 1]**3 - e[i]**3) / (e[i + 1] - e[i]) / 3 for i, v in enumerate(w)) / fsum(w) - mean**2)
histogram([-1, 0, 0.5, 3, 1, 2, 1], -0.25, 0.125, 2)
histogram([-1, 1e-9, 2e-9, 1e9, 1e-3, 1e3, 1e-6], -0.5, 1.5e-9, 10)
