# Reference values of distributions with random parameters, in the schema of testdata/goldens/README.md without a reference
# library's, from the densities of values.py by quadrature at 30 digits:
#   python3 goldens.py SEED DIR              # writes DIR/distributions/NAME_0.json, for go test ./dist -run Goldens -goldens DIR
#   python3 goldens.py SEED DIR Gumbel Zipf  # those of some distributions
import json
import os
import random
import sys
from mpmath import mp, mpf, inf, exp, floor, quad
import values

mp.dps = 30
EPS, H = mpf(2) ** -52, mpf(10) ** -7
# A letter says where a parameter may be: r a real number, p positive, w between 1 and 30, k from −0.5 to 0.5, s between 0 and 1,
# n an integer, a an angle. The order is that of values.py.
PLANS = {
    'Normal': 'r loc, p scale', 'StudentT': 'p df, r loc, p scale', 'Cauchy': 'r loc, p scale', 'Laplace': 'r loc, p scale',
    'Logistic': 'r loc, p scale', 'Gumbel': 'r loc, p scale', 'Moyal': 'r loc, p scale', 'GeneralizedNormal': 'r loc, p scale, w power',
    'JohnsonSU': 'r skewness, p tailweight, r loc, p scale', 'SinhArcsinh': 's skewness, s tailweight, r loc, p scale',
    'ExponentiallyModifiedGaussian': 'r loc, p scale, p rate', 'TwoPieceNormal': 'r loc, p scale, p skewness',
    'ExpGamma': 'p concentration, p rate', 'SigmoidBeta': 'p concentration1, p concentration0', 'LambertWNormal': 'r loc, p scale, s tailweight',
    'GEV': 'r loc, p scale, k concentration', 'GPD': 'r loc, p scale, k concentration', 'Exponential': 'p rate',
    'Gamma': 'w concentration, p rate', 'ChiSquared': 'w df', 'Chi': 'w df', 'InverseGamma': 'p concentration, p scale',
    'InverseGaussian': 'p loc, p concentration', 'Weibull': 'w concentration, p scale', 'LogNormal': 'r loc, s scale',
    'LogLogistic': 'r loc, s scale', 'HalfNormal': 'p scale', 'HalfCauchy': 'r loc, p scale', 'HalfStudentT': 'p df, r loc, p scale',
    'Pareto': 'p concentration, p scale', 'Beta': 'w concentration1, w concentration0', 'Kumaraswamy': 'w concentration1, w concentration0',
    'LogitNormal': 'r loc, s scale', 'Poisson': 'w rate', 'Binomial': 'n total_count, s probs', 'NegativeBinomial': 'w total_count, s probs',
    'Geometric': 's probs', 'Skellam': 'w rate1, w rate2',
}
NAMES = {'GEV': 'GeneralizedExtremeValue', 'GPD': 'GeneralizedPareto', 'ChiSquared': 'Chi2'}


def draw(kind, r):
    v = {'r': r.gauss(0, 2), 'p': exp(r.gauss(0, 0.7)), 'w': 1 + exp(r.gauss(0.5, 1)), 'k': r.uniform(-0.5, 0.5),
         's': r.uniform(0.05, 0.95), 'n': r.randrange(1, 50)}[kind]
    return float('%.4g' % v)


def scale(drop, width):
    """A distance in which the density falls by about e."""
    s = width if width < inf else mpf(1)
    while drop(s) > 1:
        s /= 2
    while 2 * s < width and drop(2 * s) < 1:
        s *= 2
    return s


def fall(d):
    """exp(−d), and 0 where its exponent would have thousands of digits."""
    return exp(-d) if d < 1000 else mpf(0)


def tails(name, p, x):
    """P(X ≤ x) and P(X > x), measured from x away from the mode."""
    whole = name in values.counts
    f, support = values.families.get(name) or values.counts[name]
    lo, hi = support(*p)
    lp = values.inside(f, p, lo, hi, whole)
    step = 1 if whole else mpf(10) ** -12 * max(abs(x), 1)
    upper = x + step >= hi or lp(x + step) < lp(x)
    end = x if not (whole and upper) else x + 1
    if end > hi:
        return mpf(1), mpf(0)
    sign, width = (1, hi - end) if upper else (-1, x - lo)
    if whole:
        part = exp(lp(end)) * values.Sum(lp, end, sign, width).integral(0, width)
    else:
        drop = lambda y: lp(end) - lp(end + sign * y)
        s = scale(drop, width)
        part = exp(lp(end)) * s * quad(lambda t: fall(drop(s * t)), [k for k in (0, 1, 8, 64) if k * s < width] + [width / s])
    return (1 - part, part) if upper else (part, 1 - part)


def quantities(name, p, x):
    f, support = values.families.get(name) or values.counts[name]
    lower, upper = tails(name, p, x)
    return {'log_prob': f(x, *p), 'cdf': lower, 'sf': upper}


def case(name, p, x):
    """The values at x and their tolerances: of 64 roundings of the result, of x and of every parameter."""
    v = quantities(name, p, x)
    moved = dict.fromkeys(v, mpf(0))
    whole = name in values.counts
    changes = [p[:i] + [q * (1 + H)] + p[i + 1:] for i, q in enumerate(p) if not (name == 'Binomial' and i == 0)]
    with mp.workdps(18):
        for args in [(q, x) for q in changes] + ([] if whole else [(p, x * (1 + H))]):
            for k, w in quantities(name, *args).items():
                moved[k] += abs(w - v[k]) / H
    return v, {k: 64 * EPS * (abs(v[k]) + moved[k]) for k in v}


def points(name, p, r):
    """Where the density matters, and far out: about the mode by steps of random size."""
    f, support = values.families.get(name) or values.counts[name]
    lo, hi = support(*p)
    start = p[0] if lo == -inf and name not in ('Skellam', 'JohnsonSU', 'SinhArcsinh', 'StudentT', 'ExpGamma', 'SigmoidBeta') else mpf(1)
    start = max(min(start, hi), lo)
    for _ in range(8):
        x = start + mpf(r.gauss(0, 1)) * mpf(10) ** r.uniform(-2, 1.2)
        if lo > -inf and hi == inf:
            x = lo + abs(x - lo)
        elif lo > -inf:
            x = lo + (hi - lo) * mpf(r.random())
        elif hi < inf:
            x = hi - abs(x - hi)
        x = floor(x) if name in values.counts else mpf(float(x))
        if lo < x < hi:
            yield x


def write(name, folder, r):
    kinds, names = zip(*(q.split() for q in PLANS[name].split(', ')))
    setting = [draw(k, r) for k in kinds]
    p = [mpf(v) for v in setting]
    cases, quantiles = [], []
    for x in sorted(set(points(name, p, r))):
        v, tol = case(name, p, x)
        cases.append({'x': float(x), 'exact': {k: float(e) for k, e in v.items()}, 'tol': {k: float(t) for k, t in tol.items()}})
        if name in values.counts or not mpf(10) ** -12 < v['cdf'] < mpf(1) - mpf(10) ** -4:
            continue
        q, slope = mpf(float(v['cdf'])), exp(v['log_prob'])  # q differs by a rounding, so that one step of Newton's is enough
        at = x + (q - v['cdf']) / slope
        quantiles.append({'p': float(q), 'exact': {'x': float(at)}, 'tol': {'x': float(tol['cdf'] / slope + 64 * EPS * abs(at))}})
    golden = NAMES.get(name, name)
    with open(os.path.join(folder, golden + '_0.json'), 'w') as out:
        json.dump({'distribution': golden, 'params': dict(zip(names, setting)), 'ref': 'none', 'quantiles': quantiles, 'cases': cases}, out)


seed, folder = int(sys.argv[1]), os.path.join(sys.argv[2], 'distributions')
os.makedirs(folder, exist_ok=True)
for name in sys.argv[3:] or PLANS:
    write(name, folder, random.Random('%d %s' % (seed, name)))
