"""Who stands beside whom: the distance, the assignments and the balance; only Python's standard library (3.9 or newer)."""

import math

from estimators import inverse

FORBIDDEN = math.inf


def pooled_covariance(users, pool):
    """S = ((n1 - 1) S1 + (n0 - 1) S0) / (n1 + n0 - 2) (Rubin, Biometrics 1980); None under three practices."""
    freedom = len(users) + len(pool) - 2
    if freedom <= 0:
        return None
    k = len((users or pool)[0])
    total = [[0.0] * k for _ in range(k)]
    for group in (users, pool):
        means = [sum(row[i] for row in group) / len(group) for i in range(k)] if group else []
        for row in group:
            apart = [value - mean for value, mean in zip(row, means)]
            total = [[total[i][j] + apart[i] * apart[j] / freedom for j in range(k)] for i in range(k)]
    return total


def distances(users, pool):
    """Mahalanobis' sqrt((a - b)' S^-1 (a - b)) of every user and non-user; where covariates say exactly the same, Euclid's with
    the standard deviations of S. Also whether it is Mahalanobis'."""
    covariance = pooled_covariance(users, pool)
    weights = inverse(covariance) if covariance else None
    mahalanobis = weights is not None
    if not mahalanobis:
        k = len((users or pool or [[]])[0])
        square = [covariance[i][i] if covariance and covariance[i][i] > 0 else 1.0 for i in range(k)]
        weights = [[1 / square[i] if i == j else 0.0 for j in range(k)] for i in range(k)]

    def between(a, b):
        apart = [x - y for x, y in zip(a, b)]
        of_row = [sum(w * x for w, x in zip(row, apart)) for row in weights]
        return math.sqrt(max(sum(x * y for x, y in zip(of_row, apart)), 0))

    return [[between(user, other) for other in pool] for user in users], mahalanobis


def condition_number(users, pool):
    """Largest over smallest eigenvalue of the correlations in S, by Jacobi's rotations; infinite when one is 0."""
    s = pooled_covariance(users, pool)
    if s is None or any(s[i][i] <= 0 for i in range(len(s))):
        return math.inf
    k = len(s)
    a = [[s[i][j] / math.sqrt(s[i][i] * s[j][j]) for j in range(k)] for i in range(k)]
    for p, q in [(p, q) for _ in range(50) for p in range(k) for q in range(p + 1, k)]:
        if abs(a[p][q]) > 1e-300:
            angle = math.atan2(2 * a[p][q], a[q][q] - a[p][p]) / 2
            cosine, sine = math.cos(angle), math.sin(angle)
            for row in a:
                row[p], row[q] = cosine * row[p] - sine * row[q], sine * row[p] + cosine * row[q]
            one, other = a[p], a[q]
            a[p] = [cosine * x - sine * y for x, y in zip(one, other)]
            a[q] = [sine * x + cosine * y for x, y in zip(one, other)]
    values = sorted(a[i][i] for i in range(k))
    return values[-1] / values[0] if values[0] > 1e-12 else math.inf


def optimal(costs, each):
    """The most pairs and among those the least total distance, `each` columns for every row: shortest augmenting paths with
    potentials (Jonker and Volgenant, Computing 1987; Crouse, IEEE TAES 2016). Where two answers cost the same, the order of the
    search decides, and that is part of the study: columns by code, the last put in the place of one taken out, a free one first.
    The potentials prove the optimum (linear programming duality); a proof that fails is an error."""
    width, rows = len(costs[0]) if costs else 0, len(costs) * each
    known = [cost for row in costs for cost in row if cost < FORBIDDEN]
    alone = (max(known, default=0.0) + 1) * (rows + 1)
    scarce = width < rows or any(cost == FORBIDDEN for row in costs for cost in row)
    prices = [[c if c < FORBIDDEN else 2 * alone for c in row] + [alone] * (rows if scarce else 0) for row in costs]
    wide = width + (rows if scarce else 0)
    u, v, column_of, owner = [0.0] * rows, [0.0] * wide, [None] * rows, [None] * wide
    for start in range(rows):
        shortest, came, free, closed = [math.inf] * wide, [None] * wide, list(range(wide)), []
        row, length = start, 0.0
        while row is not None:
            least, place_of = math.inf, None
            for place, column in enumerate(free):
                through = length - u[row] + prices[row // each][column] - v[column]
                if through < shortest[column]:
                    shortest[column], came[column] = through, row
                reached = shortest[column]
                if reached < least or (reached == least and owner[column] is None):
                    least, place_of = reached, place
            length, column = least, free[place_of]
            free[place_of] = free[-1]
            free.pop()
            closed.append(column)
            row = owner[column]
        u[start] += length
        for one in closed:
            v[one] -= length - shortest[one]
            if owner[one] is not None:
                u[owner[one]] += length - shortest[one]
        column = closed[-1]
        while column is not None:
            row = came[column]
            owner[column] = row
            column_of[row], column = column, column_of[row]
            if row == start:
                break
    spent = sum(prices[row // each][column] for row, column in enumerate(column_of))
    slack = min((prices[r // each][c] - u[r] - v[c] for r in range(rows) for c in range(wide)), default=0.0)
    if slack < -1e-9 * alone or abs(spent - sum(u) - sum(v)) > 1e-9 * alone * max(rows, 1):
        raise ArithmeticError("the assignment is not proved to be the best")
    given = [[column_of[row * each + one] for one in range(each)] for row in range(len(costs))]
    return [sorted(c for c in columns if c < width and costs[row][c] < FORBIDDEN) for row, columns in enumerate(given)]


def greedy(costs, each):
    """Row by row the nearest that is left, as done by hand."""
    given, taken = [[] for _ in costs], set()
    for _ in range(each):
        for row, of_row in enumerate(costs):
            free = [(cost, column) for column, cost in enumerate(of_row) if column not in taken and cost < FORBIDDEN]
            if free:
                given[row].append(min(free)[1])
                taken.add(given[row][-1])
    return [sorted(columns) for columns in given]


def balance(users, pool, partners):
    """Means of the three, standardised mean differences before and after by the users' deviation and by that pooled before
    matching, and variance ratios; a covariate of 0 and 1 has the variance p(1 - p), as in R's MatchIt and cobalt."""

    def mean(values):
        return sum(values) / len(values) if values else 0.0

    def spread(values):
        share = mean(values)
        if values and set(values) <= {0.0, 1.0}:
            return share * (1 - share)
        return sum((value - share) ** 2 for value in values) / (len(values) - 1) if len(values) > 1 else 0.0

    def over(one, other):
        return one / other if other > 0 else None

    of_users, of_pool, of_partners = mean(users), mean(pool), mean(partners)
    treated, pooled = math.sqrt(spread(users)), math.sqrt((spread(users) + spread(pool)) / 2)
    return [
        *(of_users, of_pool, of_partners),
        *(over(of_users - of_pool, treated), over(of_users - of_pool, pooled)),
        *(over(of_users - of_partners, treated), over(of_users - of_partners, pooled)),
        *(over(spread(users), spread(pool)), over(spread(users), spread(partners))),
    ]
