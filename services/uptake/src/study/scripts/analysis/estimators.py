"""The estimators of the study, from their published formulas; only Python's standard library (3.9 or newer)."""

import math
from statistics import NormalDist

Z95 = NormalDist().inv_cdf(0.975)
HAIR = 1e-12  # for products of fractions that should meet a round figure


def wilson(count, of):
    """Score interval of a share, 95 % (Wilson, JASA 1927)."""
    if of <= 0:
        return None, None
    p, scale = count / of, 1 + Z95**2 / of
    middle, reach = p + Z95**2 / (2 * of), Z95 * math.sqrt(p * (1 - p) / of + Z95**2 / (4 * of * of))
    return (0.0 if count == 0 else (middle - reach) / scale), (1.0 if count == of else (middle + reach) / scale)


def gamma_q(a, x):
    """Regularised upper incomplete gamma: series below a + 1, Lentz's continued fraction above (Numerical Recipes 6.2)."""
    if x <= 0:
        return 1.0
    front = math.exp(a * math.log(x) - x - math.lgamma(a))
    if x < a + 1:
        term = total = 1 / a
        n = a
        while term > total * 1e-17:
            n += 1
            term *= x / n
            total += term
        return 1 - front * total
    b = x + 1 - a
    c, d = 1e300, 1 / b
    value = d
    for i in range(1, 100_000):
        an = -i * (i - a)
        b += 2
        d = 1 / ((an * d + b) or 1e-300)
        c = (b + an / c) or 1e-300
        value *= c * d
        if abs(c * d - 1) < 1e-16:
            break
    return front * value


def chi_square_quantile(p, freedom):
    """By bisection to the last bit; 0 without degrees of freedom."""
    if freedom <= 0:
        return 0.0
    low, high = 0.0, max(freedom, 1.0)
    while 1 - gamma_q(freedom / 2, high / 2) < p:
        high *= 2
    while low < (low + high) / 2 < high:
        middle = (low + high) / 2
        low, high = (middle, high) if 1 - gamma_q(freedom / 2, middle / 2) < p else (low, middle)
    return (low + high) / 2


def garwood(count):
    """Exact 95 % limits of a Poisson count (Garwood, Biometrika 1936)."""
    return chi_square_quantile(0.025, 2 * count) / 2, chi_square_quantile(0.975, 2 * count + 2) / 2


def ratio_limit(expected, tail):
    """Limit of observed over expected in a funnel plot, exact with interpolation (Spiegelhalter, Stat Med 2005, A.1.1)."""
    r = 0
    while gamma_q(r + 1, expected) < tail:
        r += 1
    mass = math.exp(r * math.log(expected) - expected - math.lgamma(r + 1))
    return max((r - (gamma_q(r + 1, expected) - tail) / mass) / expected, 0)


def kaplan_meier(spells):
    """Steps (time, events, S, low, high) of the curve of (time, event); log-log 95 % limits S^exp(+-z sqrt(V)/ln S), V by
    Greenwood (Kaplan and Meier, JASA 1958; Kalbfleisch and Prentice 1980). Events come before censorings of the same time."""
    steps, survival, variance = [], 1.0, 0.0
    for time in sorted({time for time, event in spells if event}):
        at_risk = sum(1 for other, _ in spells if other >= time)
        events = sum(1 for other, event in spells if event and other == time)
        survival *= 1 - events / at_risk
        variance += events / (at_risk * (at_risk - events)) if events < at_risk else 0
        low = high = None
        if HAIR < survival < 1 - HAIR:
            reach = Z95 * math.sqrt(variance) / math.log(survival)
            low, high = survival ** math.exp(-reach), survival ** math.exp(reach)
        steps.append((time, events, survival, low, high))
    return steps


def step_at(steps, time):
    """The last step up to a time."""
    before = [step for step in steps if step[0] <= time]
    return before[-1] if before else (0, 0, 1.0, None, None)


def survival_quantile(steps, share):
    """When a share had the event, and where the limits cross that level (Brookmeyer and Crowley, Biometrics 1982)."""
    level = 1 - share + HAIR
    value = next((step[0] for step in steps if step[2] <= level), None)
    ends = [
        next((s[0] for s in steps if (s[2] <= HAIR if s[limit] is None else s[limit] <= level)), None) for limit in (3, 4)
    ]
    return (value, *ends) if None not in ends else (value, None, None)


def restricted_mean(steps, until):
    """Area under S up to a time (Irwin, 1949)."""
    area, start, level = 0.0, 0, 1.0
    for time, _, survival, _, _ in steps:
        if time < until:
            area, start, level = area + level * (time - start), time, survival
    return area + level * max(until - start, 0)


def cumulative_incidence(spells):
    """Of "event" at the end, with "competing" ends (Aalen and Johansen, 1978)."""
    free, incidence = 1.0, 0.0
    for time in sorted({time for time, end in spells if end != "censored"}):
        at_risk = sum(1 for other, _ in spells if other >= time)
        events, others = (sum(1 for one in spells if one == (time, end)) for end in ("event", "competing"))
        incidence += free * events / at_risk
        free *= 1 - (events + others) / at_risk
    return incidence


def log_rank(first, second):
    """Its p-value (Mantel, 1966), chi-square with one degree of freedom; None without a variance."""
    excess = variance = 0.0
    for time in sorted({time for time, event in first + second if event}):
        n1, n = (sum(1 for other, _ in group if other >= time) for group in (first, first + second))
        d1, d = (sum(1 for one in group if one == (time, True)) for group in (first, first + second))
        excess += d1 - d * n1 / n
        if n > 1:
            variance += d * (n1 / n) * (1 - n1 / n) * (n - d) / (n - 1)
    return math.erfc(math.sqrt(excess**2 / variance / 2)) if variance > 0 else None


def quantile(values, part):
    """Type 7 of Hyndman and Fan (Am Stat 1996)."""
    ordered = sorted(values)
    place = (len(ordered) - 1) * part
    below = math.floor(place)
    return ordered[below] + (ordered[math.ceil(place)] - ordered[below]) * (place - below)


def fewest(counts, share):
    """The fewest that together have at least such a share."""
    total, reached = sum(counts), 0
    for place, count in enumerate(sorted(counts, reverse=True)):
        reached += count
        if reached >= share * total * (1 - HAIR):
            return place + 1
    return None


def concentration(counts):
    """Gini over ascending x (and by n/(n - 1): Deltas 2003), Herfindahl, Hoover, Theil, Pielou's evenness, k80."""
    n, total = len(counts), sum(counts)
    if total <= 0:
        return None
    shares = [count / total for count in sorted(counts)]
    gini = 2 * sum((place + 1) * share for place, share in enumerate(shares)) / n - (n + 1) / n
    hhi = sum(share * share for share in shares)
    entropy = -sum(share * math.log(share) for share in shares if share > 0)
    return {
        "gini": gini,
        "gini-unbiased": gini * n / (n - 1) if n > 1 else 0.0,
        "hhi": hhi,
        "hhi-normalised": (hhi - 1 / n) / (1 - 1 / n) if n > 1 else 0.0,
        "effective-users": 1 / hhi,
        "hoover": sum(abs(share - 1 / n) for share in shares) / 2,
        "theil": math.log(n) - entropy,
        "evenness": entropy / math.log(n) if n > 1 else 1.0,
        "k80": fewest(counts, 0.8),
    }


def bootstrap(counts, draws=1000, state=94):
    """Percentile bootstrap of the indices (Efron 1979), units drawn by SplitMix64 (Steele, Lea and Flood, OOPSLA 2014)."""
    ordered, found, word = sorted(counts), [], (1 << 64) - 1
    for _ in range(draws if len(counts) > 1 else 0):
        drawn = []
        for _ in ordered:
            state = (state + 0x9E3779B97F4A7C15) & word
            mixed = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & word
            mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & word
            drawn.append(ordered[((mixed ^ (mixed >> 31)) * len(ordered)) >> 64])
        found.append(concentration(drawn))
    found = [one for one in found if one is not None]
    if not found or len(found) * 2 < draws:
        return {}
    return {name: [quantile([one[name] for one in found], part) for part in (0.025, 0.975)] for name in found[0]}


def shrunken(units):
    """Rates drawn to their mean: Marshall's empirical Bayes (Applied Statistics 1991) of (count, exposure)."""
    exposure = sum(e for _, e in units)
    mean = sum(x for x, _ in units) / exposure
    variance = sum(e * (x / e - mean) ** 2 for x, e in units) / exposure
    between = max(variance - mean * len(units) / exposure, 0)
    return [mean + (between / (between + mean / e) if between > 0 else 0) * (x / e - mean) for x, e in units]


def individuals(values, screen):
    """Mean and limits of the XmR chart, mean +- 2.66 mean|MR|; ranges over 3.267 mean|MR| may be left out once."""
    ranges = [abs(b - a) for a, b in zip(values, values[1:])]
    if not ranges:
        return None
    first = sum(ranges) / len(ranges)
    kept = [r for r in ranges if not screen or r <= 3.267 * first]
    mean, reach = sum(values) / len(values), 2.66 * sum(kept) / len(kept)
    return mean, mean - reach, mean + reach


def u_prime(counts, sizes):
    """Centre, sigma_z and points (value, low, high) of Laney's u' chart (Quality Engineering 2002)."""
    if len(counts) < 2 or sum(counts) == 0:
        return None
    centre = sum(counts) / sum(sizes)
    sigma = [math.sqrt(centre / size) for size in sizes]
    z = [(count / size - centre) / s for count, size, s in zip(counts, sizes, sigma)]
    sigma_z = sum(abs(b - a) for a, b in zip(z, z[1:])) / (len(z) - 1) / 1.128
    reach = [3 * s * sigma_z for s in sigma]
    return centre, sigma_z, [(c / n, max(centre - r, 0), centre + r) for c, n, r in zip(counts, sizes, reach)]


def sign(value):
    return (value > 0) - (value < 0)


def signals(points, centre):
    """Per point the rules of NHS "Plot the Dots" that it broke."""
    broken = [{"outside"} if not low <= value <= high else set() for value, low, high in points]
    sides = [sign(value - centre) for value, _, _ in points]
    moves = [sign(b[0] - a[0]) for a, b in zip(points, points[1:])]
    for start in range(len(points) - 6):
        for rule, run in (("shift", sides[start : start + 7]), ("trend", moves[start : start + 6])):
            if run[0] != 0 and len(set(run)) == 1:
                for place in range(start, start + 7):
                    broken[place].add(rule)
    far = [(v > centre + (high - centre) * 2 / 3) - (v < centre + (low - centre) * 2 / 3) for v, low, high in points]
    for start in range(len(points) - 2):
        for direction in (1, -1):
            places = [place for place in range(start, start + 3) if far[place] == direction]
            for place in places if len(places) >= 2 else []:
                broken[place].add("two-of-three")
    return broken


def runs(values, centre):
    """Useful points, longest run and its limit, crossings and theirs (Anhoej, PLoS ONE 2014); None under two points."""
    sides = [sign(value - centre) for value in values if value != centre]
    n = len(sides)
    if n < 2:
        return None
    changes = [place for place in range(1, n) if sides[place] != sides[place - 1]]
    longest = max(b - a for a, b in zip([0] + changes, changes + [n]))
    below, needed = 1, 0  # of 2^(n - 1): the 5 % quantile of the binomial
    while below < 0.05 * 2 ** (n - 1) * (1 - HAIR):
        needed += 1
        below += math.comb(n - 1, needed)
    return n, longest, math.floor(math.log2(n) + 0.5) + 3, len(changes), needed


def cusum(values, window):
    """The last (C+, C-, h) of OpenPrescribing's rule: k = SD/2, h = 5 SD of the window before; after an alert that does not
    grow, target and h are taken anew."""

    def level(part):
        mean = sum(part) / len(part)
        return mean, 5 * math.sqrt(sum((value - mean) ** 2 for value in part) / len(part))

    def near(total):
        return math.copysign(math.floor(abs(total) * 100 + 0.5) / 100, total)

    def moved(value):
        return near(max(above + value - (target + h / 10), 0)), near(min(below + value - (target - h / 10), 0))

    (target, h), above, below = level(values[:window]), 0.0, 0.0
    for place, value in enumerate(values):
        up, down = above > h, below < -h
        if (up or down) and place >= window:
            target, fresh = level(values[place - window : place])
            one, other = moved(value)
            if not ((up and not down and one > above) or (down and not up and other < below)):
                h, above, below = fresh, 0.0, 0.0
        above, below = moved(value)
    return above, below, h


def inverse(matrix):
    """By Gauss and Jordan with partial pivots, on rows and columns scaled by the diagonal; None when it is singular."""
    n = len(matrix)
    scale = [1 / math.sqrt(abs(matrix[i][i])) if matrix[i][i] else 1.0 for i in range(n)]
    work = [[matrix[i][j] * scale[i] * scale[j] for j in range(n)] + [float(i == j) for j in range(n)] for i in range(n)]
    for i in range(n):
        pivot = max(range(i, n), key=lambda row: abs(work[row][i]))
        if abs(work[pivot][i]) < 1e-13:
            return None
        work[i], work[pivot] = work[pivot], work[i]
        work[i] = [cell / work[i][i] for cell in work[i]]
        for row in range(n):
            if row != i:
                work[row] = [a - work[row][i] * b for a, b in zip(work[row], work[i])]
    return [[work[i][n + j] * scale[i] * scale[j] for j in range(n)] for i in range(n)]


def quasi_poisson(rows, counts, exposures, place):
    """exp(beta) of one column with 95 % limits, errors scaled by the Pearson dispersion; log link and log exposure as offset, by
    reweighted least squares (McCullagh and Nelder 1989). None when it does not converge."""
    k, eta, beta = len(rows[0]), [math.log(count + 0.5) for count in counts], None
    for _ in range(200):
        mu = [math.exp(one) for one in eta]
        working = [one - math.log(e) + (x - m) / m for one, e, x, m in zip(eta, exposures, counts, mu)]
        normal = [[sum(m * row[i] * row[j] for m, row in zip(mu, rows)) for j in range(k)] for i in range(k)]
        cover = inverse(normal)
        if cover is None:
            return None
        right = [sum(m * row[i] * y for m, row, y in zip(mu, rows, working)) for i in range(k)]
        before, beta = beta, [sum(c * r for c, r in zip(row, right)) for row in cover]
        eta = [sum(b * x for b, x in zip(beta, row)) + math.log(e) for row, e in zip(rows, exposures)]
        if before and max(abs(a - b) for a, b in zip(before, beta)) < 1e-10:
            break
    else:
        return None
    dispersion = sum((x - m) ** 2 / m for x, m in zip(counts, mu)) / (len(counts) - k)
    if max(cover[i][i] for i in range(k)) >= 1e6:
        return None  # a side without counts: the estimate runs off
    reach = Z95 * math.sqrt(cover[place][place] * dispersion)
    return math.exp(beta[place]), math.exp(beta[place] - reach), math.exp(beta[place] + reach)


def two_way_effect(outcome, treated):
    """Effect of a treatment with units and periods held fixed, and 95 % limits: least squares on what is left of both after
    their means (rows units, columns periods; balanced). None when it cannot be told."""
    n, length = len(outcome), len(outcome[0]) if outcome else 0

    def centred(rows):
        means, all_of = [sum(row[j] for row in rows) / n for j in range(length)], sum(map(sum, rows)) / (n * length)
        return [value - sum(row) / length - mean + all_of for row in rows for value, mean in zip(row, means)]

    freedom = (n - 1) * (length - 1) - 1
    if n == 0 or freedom <= 0:
        return None
    y, x = centred(outcome), centred(treated)
    square = sum(one * one for one in x)
    if square < 1e-13:
        return None
    effect = sum(a * b for a, b in zip(x, y)) / square
    reach = Z95 * math.sqrt(sum((b - effect * a) ** 2 for a, b in zip(x, y)) / freedom / square)
    return effect, effect - reach, effect + reach


def hussey_hughes(treated):
    """Standard error of an effect for a roll-out, both variances 1 (Contemp Clin Trials 2007); None when it cannot be told."""
    n, length = len(treated), len(treated[0]) if treated else 0
    v, w = sum(sum(row) ** 2 for row in treated), sum(sum(column) ** 2 for column in zip(*treated))
    u = sum(map(sum, treated))
    below = (n * u - w) + (u * u + n * length * u - length * w - n * v)
    return math.sqrt(n * (1 + length) / below) if below > HAIR else None


def parts(edges):
    """Sizes of the connected parts of a graph."""
    part = {node: {node} for edge in edges for node in edge}
    for one, other in edges:
        if part[one] is not part[other]:
            part[one] |= part[other]
            for node in part[other]:
                part[node] = part[one]
    return [len(nodes) for nodes in {id(nodes): nodes for nodes in part.values()}.values()]
