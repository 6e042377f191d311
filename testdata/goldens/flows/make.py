"""Writes reference values for the maps of flows, in the schema of README.md, with mpmath at 100 digits: TYPE_i.json.
A definition here is the formula of Forward alone: log-determinants come from a Jacobian by central differences, inverses from
Newton's method. Run: python3 make.py [TYPE …] (mpmath 1.3)."""
import json
import sys
from bisect import bisect_right
from mpmath import mp, mpf

mp.dps = 100
EPS = mpf(2) ** -52
H = mpf(10) ** -30


def softmax(r):
    e = [mp.exp(v) for v in r]
    return [v / sum(e) for v in e]


def sigmoid(v):
    return 1 / (1 + mp.exp(-v))


def softplus(v):
    return mp.log1p(mp.exp(v))


def softclip(v, bound):
    return v / (1 + abs(v) / bound)


def shares(r, least, bound):
    """The sizes of bins: shares of [-bound, bound], none below least."""
    return [2 * bound * (least + (1 - len(r) * least) * p) for p in softmax(r)]


def knots(sizes, bound):
    at = [-bound]
    for s in sizes:
        at.append(at[-1] + s)
    return at


def piece(x, X, Y):
    """The index of the bin of x, its sizes, and where x is in it from 0 to 1."""
    i = min(max(bisect_right(X, x) - 1, 0), len(X) - 2)
    return i, X[i + 1] - X[i], Y[i + 1] - Y[i], (x - X[i]) / (X[i + 1] - X[i])


def linearspline(p, x):
    k, b, r = int(p["bins"]), p["bound"], p["raw"]
    X, Y = knots([2 * b / k] * k, b), knots(shares(r, mpf(2) ** -50, b), b)
    i, w, h, t = piece(x, X, Y)
    return x if abs(x) > b else Y[i] + h * t


def quadraticspline(p, x):
    k, b, r = int(p["bins"]), p["bound"], p["raw"]
    least = mpf(1) / 1000
    w = shares(r[:k], least, b)
    s = [v / (2 * b) for v in w]
    a = [softplus(v) + least for v in r[k:]]
    free = p.get("tails") == "free"
    if not free:  # the slope at the ends is the mean one: e = area with e at both ends
        inner = s[0] / 2 * a[0] + s[-1] / 2 * a[-1] + sum(s[j] * (a[j - 1] + a[j]) / 2 for j in range(1, k - 1))
        e = inner / (1 - s[0] / 2 - s[-1] / 2)
        a = [e] + a + [e]
    area = sum(s[j] * (a[j] + a[j + 1]) / 2 for j in range(k))
    d = [least + (1 - least) * v / area for v in a]
    X = knots(w, b)
    Y = knots([w[j] * (d[j] + d[j + 1]) / 2 for j in range(k)], b)
    if abs(x) > b:
        return x if not free else b + d[-1] * (x - b) if x > 0 else -b + d[0] * (x + b)
    i, w, _, t = piece(x, X, Y)
    return Y[i] + w * t * (d[i] + (d[i + 1] - d[i]) * t / 2)


def cubicspline(p, x):
    k, b, r = int(p["bins"]), p["bound"], p["raw"]
    least = mpf(1) / 1000
    w, h = shares(r[:k], least, b), shares(r[k:2 * k], least, b)
    m = [h[j] / w[j] for j in range(k)]
    tiny = mpf(2) ** -40
    end = [3 * (tiny + (1 - 2 * tiny) * sigmoid(v - mp.log(2))) for v in r[2 * k:]]
    d = [m[0] * end[0]]
    for i in range(k - 1):
        d.append(2 * min(m[i], m[i + 1], (w[i + 1] * m[i] + w[i] * m[i + 1]) / (2 * (w[i] + w[i + 1]))))
    d.append(m[-1] * end[1])
    X, Y = knots(w, b), knots(h, b)
    if abs(x) > b:
        return x
    i, w, _, t = piece(x, X, Y)
    u = 1 - t
    return Y[i] + w * (d[i] * t * u * u + (3 * m[i] - d[i + 1]) * t * t * u + m[i] * t ** 3)


def slopes(r):
    least = mpf(1) / 1000
    return [least + softplus(v + mp.log(mp.expm1(1 - least))) for v in r]


def linearrationalspline(p, x):
    k, bound, r = int(p["bins"]), p["bound"], p["raw"]
    least = mpf(1) / 1000
    X, Y = knots(shares(r[:k], least, bound), bound), knots(shares(r[k:2 * k], least, bound), bound)
    d = [mpf(1)] + slopes(r[2 * k:3 * k - 1]) + [mpf(1)]
    if abs(x) > bound:
        return x
    i, w, h, t = piece(x, X, Y)
    l = mpf("0.025") + mpf("0.95") * sigmoid(r[3 * k - 1 + i])
    # Two quotients (w₀·y₀·(λ − t) + wₘ·yₘ·t)/(w₀·(λ − t) + wₘ·t) of weights and values, and its like behind λ
    b = mp.sqrt(d[i] / d[i + 1])
    ym = ((1 - l) * Y[i] + l * b * Y[i + 1]) / ((1 - l) + l * b)
    c = (l * d[i] + (1 - l) * b * d[i + 1]) * w / h
    if t <= l:
        return (Y[i] * (l - t) + c * ym * t) / ((l - t) + c * t)
    return (c * ym * (1 - t) + b * Y[i + 1] * (t - l)) / (c * (1 - t) + b * (t - l))


def rationalquadratic(x, X, Y, d):
    i, w, h, t = piece(x, X, Y)
    s, u = h / w, 1 - t
    return Y[i] + h * (s * t * t + d[i] * t * u) / (s + (d[i] + d[i + 1] - 2 * s) * t * u)


def spline(p, x):
    k, b, r, tails = int(p["bins"]), p["bound"], p["raw"], p["tails"]
    least = mpf(1) / 1000
    X, Y = knots(shares(r[:k], least, b), b), knots(shares(r[k:2 * k], least, b), b)
    d = slopes(r[2 * k:])
    if tails == "circular":
        d.append(d[0])
        turns = 2 * b * mp.floor((x + b) / (2 * b))
        return turns + rationalquadratic(x - turns, X, Y, d)
    if tails == "":
        d = [mpf(1)] + d + [mpf(1)]
    if abs(x) > b:
        return b + d[-1] * (x - b) if x > 0 else -b + d[0] * (x + b)
    return rationalquadratic(x, X, Y, d)


def softspline(p, x):
    k, b, r = int(p["bins"]), p["bound"], p["raw"]
    if abs(x) > b:
        return x
    size = lambda v: [2 * b * q for q in softmax([softclip(2 * s, mp.log(1000)) / 2 for s in v])]
    d = [mpf(1)] + [mp.exp(softclip(s, mp.log(1000))) for s in r[2 * k:]] + [mpf(1)]
    return rationalquadratic(x, knots(size(r[:k]), b), knots(size(r[k:2 * k]), b), d)


def logncdf(z):
    return mp.log(mp.erfc(-z / mp.sqrt(2)) / 2)


def mixturecdf(p, x):
    k, r = int(p["components"]), p["raw"]
    logs = {"": lambda v: softclip(v, mp.log(1000)), "exp": lambda v: v,
            "softplus": lambda v: mp.log(softplus(v) + mpf(1) / 1000)}[p["scale"]]
    b, s = r[:k], [mp.exp(logs(v)) for v in r[k:2 * k]]
    w = [mpf(1) / k] * k if p.get("equal") else softmax(r[2 * k:])
    F = sigmoid if p.get("logistic") else lambda z: mp.erfc(-z / mp.sqrt(2)) / 2
    low = sum(w[j] * F(s[j] * x + b[j]) for j in range(k))
    high = sum(w[j] * F(-s[j] * x - b[j]) for j in range(k))
    if p.get("logistic"):
        return mp.log(low) - mp.log(high)
    tail, sign = (low, 1) if low < high else (high, -1)
    goal = mp.log(tail)
    z = -mp.sqrt(-2 * mp.log(2 * tail))
    for _ in range(100):  # Newton's method for log Φ(z), which is concave
        step = (logncdf(z) - goal) / (mp.npdf(z) / mp.ncdf(z))
        z -= step
        if abs(step) < mpf(10) ** -95:
            break
    return sign * z


def sospolynomial(p, x):
    k, n, b, s, r = int(p["polynomials"]), int(p["degree"]), p["bound"], p["slope"], p["raw"]

    def integral(x):
        y = s * x
        for i in range(k):
            a = [v / b ** j for j, v in enumerate(r[i * (n + 1):(i + 1) * (n + 1)])]
            a[0] += 1
            y += sum(a[j] * a[l] * x ** (j + l + 1) / (j + l + 1) for j in range(n + 1) for l in range(n + 1)) / k
        return y

    u = x
    if p.get("straight"):
        u = min(max(x, -b), b)
    y = r[-1] + integral(u)
    if u != x:
        slope = s + sum((1 + sum(v * (u / b) ** j for j, v in enumerate(r[i * (n + 1):(i + 1) * (n + 1)]))) ** 2 for i in range(k)) / k
        y += (x - u) * slope
    return y


def bernstein(p, x):
    n, b, r = int(p["degree"]) + 5, p["bound"], p["raw"]
    if abs(x) > b:
        return x
    edge = 2 * b / n
    steps = [edge, edge] + [q * (2 * b - 4 * edge) for q in softmax(r)] + [edge, edge]
    theta, z = knots(steps, b), (x + b) / (2 * b)
    return sum(theta[i] * mp.binomial(n, i) * z ** i * (1 - z) ** (n - i) for i in range(n + 1))


def moebius(p, x):
    k, b, r = int(p["components"]), p["bound"], p["raw"]
    turns = 2 * b * mp.floor((x + b) / (2 * b))
    half = (x - turns) * mp.pi / (2 * b)
    a = [mp.exp(softclip(v, mp.log(1000))) for v in r[:k]]
    shift, w = [softclip(v, mpf(30)) for v in r[k:2 * k]], softmax(r[2 * k:])
    return turns + 2 * b / mp.pi * sum(w[j] * mp.atan(a[j] * mp.tan(half) + shift[j]) for j in range(k))


def gatedlinearunit(p, x):
    return x * sigmoid(p["raw"][0])


def times(x, w):
    """x·w of a vector and a matrix."""
    return [sum(a * row[j] for a, row in zip(x, w)) for j in range(len(w[0]))]


def add(x, y):
    return [a + b for a, b in zip(x, y)]


def dot(x, y):
    return sum(a * b for a, b in zip(x, y))


def monotonenet(p, x):
    h = [x] + p["raw"]
    for l, (w, b) in enumerate(zip(p["w"], p["b"])):
        h = add(times(h, [[abs(v) for v in row] for row in w]), b)
        if l < len(p["w"]) - 1:
            elu = lambda a: a if a > 0 else mp.expm1(a)
            half = (len(h) + 1) // 2
            h = [elu(a) if i < half else -elu(-a) for i, a in enumerate(h)]
    return h[0]


def integralnet(p, x):
    def slope(u):
        h = [u] + p["raw"][:-1]
        for l, (w, b) in enumerate(zip(p["w"], p["b"])):
            h = add(times(h, w), b)
            if l < len(p["w"]) - 1:
                h = [mp.tanh(a) for a in h]
        return mp.exp(h[0] / (1 + abs(h[0]) / 7))
    end = p.get("straight", mpf(100))
    u = min(max(x, -end), end)
    nodes, weights = legendre(40)  # the true integral, to 1e-25
    return p["raw"][-1] + u * dot(weights, [slope(u * t) for t in nodes]) + (x - u) * slope(u)


RULES = {}


def legendre(n):
    """Points and weights of Gauss's rule on [0, 1]."""
    if n not in RULES:
        at, weights = [], []
        for i in range(n):
            z = mp.cos(mp.pi * (i + mpf(3) / 4) / (n + mpf(1) / 2))
            for _ in range(8):
                low, high = mpf(1), z
                for j in range(2, n + 1):
                    low, high = high, ((2 * j - 1) * z * high - (j - 1) * low) / j
                slope = n * (z * high - low) / (z * z - 1)
                z -= high / slope
            at.append((1 - z) / 2)
            weights.append(1 / ((1 - z * z) * slope * slope))
        RULES[n] = at, weights
    return RULES[n]


def circularshift(p, x):
    b = p["bound"]
    if any(abs(v) > b for v in x):
        return x
    return [v + s - 2 * b * mp.floor((v + s + b) / (2 * b)) for v, s in zip(x, p["by"])]


def planar(p, x):
    w, u = p["w"], p["u"]
    wu = dot(w, u)
    u = [a + (softplus(wu) - 1 - wu) * v / dot(w, w) for a, v in zip(u, w)]
    s = dot(w, x) + p["b"][0]
    h = mp.tanh(s) if "slope" not in p else s if s > 0 else p["slope"] * s
    return [a + v * h for a, v in zip(x, u)]


def radial(p, x):
    z = [a - c for a, c in zip(x, p["center"])]
    alpha = softplus(p["a"][0])
    beta = softplus(p["b"][0]) - alpha
    return [a + beta * v / (alpha + mp.sqrt(dot(z, z))) for a, v in zip(x, z)]


def sylvester(p, x):
    m = len(p["b"])

    def mirror(x, v):
        f = 2 * dot(x, v) / dot(v, v)
        return [a - f * b for a, b in zip(x, v)]

    def upper(r):
        it, rows = iter(r), []
        for i in range(m):
            row = [mpf(0)] * i + [next(it) for _ in range(m - i)]
            row[i] = mpf("0.999") * mp.tanh(row[i])
            rows.append(row)
        return rows
    z = x
    for v in reversed(p["axes"]):
        z = mirror(z, v)
    h = [mp.tanh(dot(row, z[:m]) + b) for row, b in zip(upper(p["s"]), p["b"])]
    z = add(z[:m], [dot(row, h) for row in upper(p["r"])]) + z[m:]
    for v in p["axes"]:
        z = mirror(z, v)
    return z


def blockautoregressive(p, x):
    d, h = len(x), x
    for l, (w, s, b) in enumerate(zip(p["w"], p["s"], p["b"])):
        ins, outs = len(w) // d, len(w[0]) // d
        full = [[mp.exp(v) if i // ins == j // outs else v if i // ins < j // outs else mpf(0) for j, v in enumerate(row)] for i, row in enumerate(w)]
        length = [mp.sqrt(sum(row[j] ** 2 for row in full)) for j in range(len(w[0]))]
        h = add(times(h, [[v * mp.exp(s[j]) / length[j] for j, v in enumerate(row)] for row in full]), b)
        if l < len(p["w"]) - 1:
            h = [mp.tanh(v) for v in h]
    return [v + t * a for v, t, a in zip(h, p["tail"], x)]


def residual(p, x):
    h = x
    for l, (w, b) in enumerate(zip(p["w"], p["b"])):
        if l > 0:
            beta = softplus(p["swish"][l - 1])
            h = [v * sigmoid(beta * v) / mpf("1.1") for v in h]
        m = mp.matrix(w)
        small = m * m.T if m.rows < m.cols else m.T * m
        norm = mp.fsum(v ** 1024 for v in mp.eigsy(small, eigvals_only=True)) ** (mpf(1) / 2048)
        f = max(1, norm / p["bound"])
        h = add(times(h, [[v / f for v in row] for row in w]), b)
    return add(x, h)


def cylindrical(p, x):
    y = [mp.cos(x[0]), mp.sin(x[0])]
    for h in x[1:]:
        y = [mp.sqrt(1 - h * h) * v for v in y] + [h]
    return y


def uncylindrical(y):
    x = [mp.atan2(y[1], y[0])]
    for k in range(2, len(y)):
        x.append(y[k] / mp.sqrt(dot(y[:k + 1], y[:k + 1])))
    return x


def jacobian(F, p, x):
    columns = []
    for j in range(len(x)):
        up, down = list(x), list(x)
        up[j] += H
        down[j] -= H
        columns.append([(a - b) / (2 * H) for a, b in zip(F(p, up), F(p, down))])
    return mp.matrix(columns).T


def logdet(F, p, x):
    J = jacobian(F, p, x)
    return mp.log(abs(mp.det(J))) if J.rows == J.cols else mp.log(mp.det(J.T * J)) / 2


def newton(F, p, x, y):
    """The root of F(x) = y near x; y has as many numbers."""
    for _ in range(12):
        miss = mp.matrix([a - b for a, b in zip(F(p, x), y)])
        step = mp.lu_solve(jacobian(F, p, x), miss)
        x = [a - s for a, s in zip(x, step)]
        if max(abs(s) for s in step) < mpf(10) ** -80:
            return x
    raise ValueError("no root")


def varied(p):
    """p with one number after the other changed a little, and by how much of itself."""
    def inside(v):
        if isinstance(v, list):
            for i, e in enumerate(v):
                for w in inside(e):
                    yield v[:i] + [w] + v[i + 1:]
        elif isinstance(v, mpf) and v:
            yield v * (1 + H)
    for name, v in p.items():
        for w in inside(v):
            yield dict(p, **{name: w})


def difference(a, b):
    return max(abs(u - v) for u, v in zip(a, b)) / H


def tolerance(exact, moved):
    return float("%.3g" % (64 * EPS * (max(abs(v) for v in exact) + moved)))


def forward(F, p, x):
    y, l = F(p, x), logdet(F, p, x)
    moves = [(F(q, x), logdet(F, q, x)) for q in varied(p)]
    for j in range(len(x)):
        near = list(x)
        near[j] *= 1 + H
        moves.append((F(p, near), logdet(F, p, near)))
    ys, ls = sum(difference(m[0], y) for m in moves), sum(abs(m[1] - l) / H for m in moves)
    return y, l, tolerance(y, ys), tolerance([l], ls)


def inverse(F, p, x, y):
    """x is near the root."""
    if F is cylindrical:
        root = lambda q, z: uncylindrical(z)
    else:
        root = lambda q, z: newton(F, q, x, z)
    x = root(p, y)
    l = -logdet(F, p, x)
    moves = [(root(q, y), q) for q in varied(p)]
    for j in range(len(y)):
        near = list(y)
        near[j] *= 1 + H
        moves.append((root(p, near), p))
    xs = sum(difference(m, x) for m, _ in moves)
    ls = sum(abs(-logdet(F, q, m) - l) / H for m, q in moves)
    return x, l, tolerance(x, xs), tolerance([l], ls)


def fixed(name, n, scale=1.0, offset=0.0):
    """n numbers that look random, the same on every machine: remainders of a quadratic sequence."""
    seed = sum(ord(c) * (i + 1) for i, c in enumerate(name))
    return [round(offset + scale * (((7919 * (i + 3) * (i + seed) + 104729 * (i + 1)) % 2003) / 1001.0 - 1), 4) for i in range(n)]


def matrix(name, rows, cols, scale=1.0):
    v = fixed(name, rows * cols, scale)
    return [v[i * cols:(i + 1) * cols] for i in range(rows)]


def net(name, widths, scale=1.0):
    pairs = list(zip(widths, widths[1:]))
    return {"w": [matrix("%s%d" % (name, l), a, b, scale) for l, (a, b) in enumerate(pairs)], "b": [fixed("%sb%d" % (name, l), b, 0.5) for l, (a, b) in enumerate(pairs)]}


LINE = [-7.0, -2.3, -1.1, -0.4, 0.05, 0.7, 1.6, 2.4, 6.0]
PLANE = [[0.3, -0.8], [-1.7, 0.4], [2.5, 3.1], [-0.01, 0.02]]
SPACE = [[0.3, -0.8, 1.2], [-1.7, 0.4, -0.2], [2.5, 3.1, -4.0], [0.01, 0.02, -0.03]]


def binned(n, **more):
    return dict({"bins": 4, "bound": 3.0, "raw": fixed("raw%d" % n, n, 1.5)}, **more)


SMOOTH = net("int", [3, 4, 1], 0.4)
SMOOTH["b"][-1] = [1.5]  # whose output keeps its sign, so that what is under the integral has no kink
# type, map, settings, arguments
PLANS = [
    ("LinearSpline", linearspline, [binned(4)], LINE),
    ("QuadraticSpline", quadraticspline, [binned(7), binned(9, tails="free")], LINE),
    ("CubicSpline", cubicspline, [binned(10)], LINE),
    ("LinearRationalSpline", linearrationalspline, [binned(15)], LINE),
    ("Spline", spline, [binned(11, tails=""), binned(13, tails="free"), binned(12, tails="circular")], LINE),
    ("SoftSpline", softspline, [binned(11)], LINE),
    ("MixtureCDF", mixturecdf, [
        {"components": 3, "scale": "", "raw": fixed("mix", 9, 1.5)},
        {"components": 3, "scale": "softplus", "logistic": True, "raw": fixed("logistic", 9, 1.5)},
        {"components": 4, "scale": "exp", "equal": True, "raw": fixed("equal", 8)}], LINE + [-40.0, 300.0]),
    ("SOSPolynomial", sospolynomial, [
        {"polynomials": 2, "degree": 3, "bound": 10.0, "slope": 0.001, "raw": fixed("sos", 9)},
        {"polynomials": 3, "degree": 2, "bound": 2.0, "slope": 0.01, "straight": True, "raw": fixed("sos2", 10)}], LINE),
    ("Bernstein", bernstein, [{"degree": 6, "bound": 3.0, "raw": fixed("bern", 7, 1.5)}], LINE),
    ("Moebius", moebius, [{"components": 3, "bound": 2.0, "raw": fixed("moeb", 9, 1.5)}], LINE),
    ("GatedLinearUnit", gatedlinearunit, [{"raw": [-1.25]}, {"raw": [30.0]}], LINE),
    ("MonotoneNet", monotonenet, [dict(net("mono", [3, 4, 4, 1]), raw=[0.5, -1.25])], LINE),
    ("IntegralNet", integralnet, [dict(SMOOTH, raw=[0.5, -1.25, 0.25]), dict(SMOOTH, raw=[0.5, -1.25, 0.25], straight=2.0)], [v for v in LINE if abs(v) < 2.5]),
    ("CircularShift", circularshift, [{"by": [1.5, -2.25], "bound": 3.0}], [[0.3, -0.8], [-1.7, 2.5], [2.5, 2.9]]),
    ("Planar", planar, [{"w": [0.8, -0.5], "u": [0.75, 1.5], "b": [0.3]}, {"w": [0.8, -0.5], "u": [-3.0, 1.5], "b": [0.3], "slope": 0.1}], PLANE),
    ("Radial", radial, [{"center": [0.5, -0.25], "a": [0.3], "b": [-1.5]}, {"center": [0.5, -0.25], "a": [0.3], "b": [2.5]}], PLANE),
    ("Sylvester", sylvester, [{"axes": matrix("axes", 3, 3), "r": [0.9, -0.4, 0.7], "s": [-1.1, 0.6, 0.8], "b": [0.2, -0.3]}], SPACE),
    ("BlockAutoregressive", blockautoregressive, [dict(net("block", [3, 6, 6, 3]), s=[fixed("s1", 6, 0.5), fixed("s2", 6, 0.5), fixed("s3", 3, 0.5)], tail=[0.5, 1.0, 0.1])], SPACE),
    ("Residual", residual, [dict(net("res", [2, 3, 2], 1.2), swish=[0.5], bound=0.97), dict(net("res", [3, 4, 3, 3], 0.3), swish=[0.5, -0.5], bound=0.9)], SPACE),
    ("Cylindrical", cylindrical, [{}], [[0.3, -0.8], [-2.5, 0.99], [3.0, 0.25, -0.5], [-0.1, 0.2, 0.3, -0.9]]),
]


def exact(v):
    """Numbers of JSON as numbers of many digits."""
    if isinstance(v, list):
        return [exact(e) for e in v]
    return mpf(v) if isinstance(v, float) else v


for name, F, settings, xs in PLANS:
    if sys.argv[1:] and name not in sys.argv[1:]:
        continue
    number = not isinstance(xs[0], list)
    whole = (lambda p, x: [F(p, x[0])]) if number else F
    for i, setting in enumerate(settings):
        p = {k: exact(v) for k, v in setting.items()}
        show = (lambda v: float(v[0])) if number else lambda v: [float(e) for e in v]
        cases = []
        for x in xs:
            x = [x] if number else x
            if name == "Residual" and len(x) > len(setting["w"][0]):
                x = x[:2]
            x = exact(x)
            y, l, ty, tl = forward(whole, p, x)
            cases.append({"x": show(x), "exact": {"y": show(y), "fldj": float(l)}, "tol": {"y": ty, "fldj": tl}})
            near = [mpf(float(v)) for v in y]
            x, l, tx, tl = inverse(whole, p, x, near)
            cases.append({"yi": show(near), "exact": {"xi": show(x), "ildj": float(l)}, "tol": {"xi": tx, "ildj": tl}})
        with open("%s_%d.json" % (name, i), "w") as out:
            head = {"bijector": name, "params": setting, "event_ndims": 0 if number else 1, "ref": "none"}
            out.write(json.dumps(head, separators=(",", ":"), ensure_ascii=False)[:-1] + ',"cases":[\n')
            out.write(",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]}\n")
