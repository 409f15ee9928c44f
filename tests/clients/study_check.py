"""The study's figures, made again with lifelines, scipy, statsmodels and networkx.

Reads one JSON object a line: a programme and what Lysbro makes of it. Facts are taken from the programme anew. Writes how many
figures of each indicator were compared, and every one that differs by more than a millionth.
"""

import json
import math
import sys
import warnings
from collections import Counter, defaultdict
from datetime import date, timedelta

import networkx as nx
import numpy as np
import statsmodels.api as sm
from lifelines import AalenJohansenFitter, KaplanMeierFitter
from lifelines.statistics import logrank_test
from lifelines.utils import restricted_mean_survival_time
from scipy.optimize import linear_sum_assignment
from scipy.stats import chi2, poisson, rankdata
from statsmodels.stats.proportion import proportion_confint

warnings.filterwarnings("ignore")

TOLERANCE = 1e-6
compared = Counter()
differences = []


class Facts:
    """A programme as the comparison reads it."""

    def __init__(self, told):
        self.told = told
        self.practices = told["programme"]["practices"]
        self.start, self.until = told["window"]["from"], told["window"]["until"]
        self.counted = [i for i, p in enumerate(self.practices) if not p["test"]]
        self.first = defaultdict(dict)
        for entry in told["programme"]["enablement"]:
            if entry["on"] < self.until:
                steps = self.first[entry["practice"]]
                steps[entry["step"]] = min(entry["on"], steps.get(entry["step"], entry["on"]))
        self.cases = [
            c
            for c in told["programme"]["cases"]
            if not c["test"] and not self.practices[c["practice"]]["test"] and math.floor(c["submitted"] / 24) < self.until
        ]
        for case in self.cases:
            case["day"] = math.floor(case["submitted"] / 24)
        self.uses = defaultdict(list)
        for case in self.cases:
            self.uses[case["practice"]].append(case["day"])
        for days in self.uses.values():
            days.sort()
        self.within = [c for c in self.cases if c["day"] >= self.start]
        self.months = list(range(month(self.start), month(self.until)))

    def ended(self, i):
        ends = [self.practices[i]["closed"], self.first[i].get("withdrawn")]
        return min((e for e in ends if e is not None and e < self.until), default=None)

    def live(self, i, m):
        equipped, ended = self.first[i].get("equipped"), self.ended(i)
        return equipped is not None and month(equipped) <= m and (ended is None or ended > first_day(m))

    def list_size(self, i, m):
        known = [size for at, size in self.practices[i]["list_sizes"] if at <= m]
        return known[-1] if known else None

    def exposure(self, i):
        sizes = [self.list_size(i, m) for m in self.months if self.live(i, m)]
        return None if None in sizes else sum(sizes) / 12

    def exposed(self, i):
        return sum(1 for c in self.within if c["practice"] == i and self.live(i, month(c["day"])))


def month(day):
    at = date(1970, 1, 1) + timedelta(days=day)
    return at.year * 12 + at.month - 1


def first_day(m):
    return (date(m // 12, m % 12 + 1, 1) - date(1970, 1, 1)).days


def check(told, kind, what, ours, theirs):
    compared[kind] += 1
    if ours is None or theirs is None or (isinstance(theirs, float) and not math.isfinite(theirs)):
        same = ours is None and (theirs is None or not math.isfinite(theirs))
    else:
        same = abs(ours - theirs) <= TOLERANCE * max(1.0, abs(theirs))
    if not same:
        differences.append([told["seed"], kind, what, ours, None if theirs is None else float(theirs)])


def reached(curve, level):
    """When lifelines' curve is at a level. Its products are sums of logarithms, so that a half may be a hair above a half."""
    survival = curve.survival_function_.iloc[:, 0]
    below = survival[survival <= level + 1e-12]
    return float(below.index[0]) if len(below) else math.inf


def figure(told, kind, group, name):
    found = [one["figure"] for one in told["lines"][kind] if one["group"] == group and one["name"] == name]
    return found[0] if found else None


def shares(told):
    """Every share of every indicator has Wilson's interval."""
    for kind, lines in told["lines"].items():
        for line in lines:
            one = line["figure"]
            if one["estimator"] == "proportion, Wilson 95 %" and one["denominator"] > 0:
                low, high = proportion_confint(one["numerator"], one["denominator"], method="wilson")
                check(told, kind, [line["group"], "value"], one["value"], one["numerator"] / one["denominator"])
                check(told, kind, [line["group"], "low"], one["interval"]["low"], low)
                check(told, kind, [line["group"], "high"], one["interval"]["high"], high)


def funnel(told, facts):
    reached = {"first-use": 0, "trained": 0, "equipped": 0, "offered": 0}
    for i in facts.counted:
        used, steps = bool(facts.uses[i]), facts.first[i]
        reached["first-use"] += used
        reached["trained"] += used or "trained" in steps
        reached["equipped"] += used or "trained" in steps or "equipped" in steps
        reached["offered"] += used or any(step in steps for step in ("trained", "equipped", "offered"))
    for step, count in reached.items():
        check(told, "I-01", step, figure(told, "I-01", step, "of-first")["numerator"], count)


def ways(facts):
    """Practice, days, 1 used, 2 ended before it could, 0 censored."""
    for i in facts.counted:
        equipped = facts.first[i].get("equipped")
        if equipped is None:
            continue
        ended = facts.ended(i)
        last = max(facts.until if ended is None else ended, equipped)
        first = facts.uses[i][0] if facts.uses[i] and facts.uses[i][0] <= last else None
        if first is not None:
            yield i, max(first - equipped, 0), 1
        else:
            yield i, last - equipped, 0 if ended is None else 2


def adoption(told, facts):
    rows = list(ways(facts))
    if not rows:
        return
    times, ends = np.array([r[1] for r in rows], float), np.array([r[2] for r in rows])
    curve = KaplanMeierFitter().fit(times, ends == 1)
    for line in told["lines"]["I-02"]:
        if line["name"] == "adopted":
            at = float(line["group"].split()[1])
            survival = float(curve.survival_function_at_times(at).iloc[0])
            check(told, "I-02", at, line["figure"]["value"], 1 - survival)
            limits = curve.confidence_interval_.loc[:at].iloc[-1]
            if line["figure"]["interval"]:
                check(told, "I-02", [at, "low"], line["figure"]["interval"]["low"], 1 - limits.iloc[1])
                check(told, "I-02", [at, "high"], line["figure"]["interval"]["high"], 1 - limits.iloc[0])
    check(told, "I-02", "median", figure(told, "I-02", "all", "median-days")["value"], reached(curve, 0.5))
    mean = restricted_mean_survival_time(curve, t=365)
    check(told, "I-02", "mean", figure(told, "I-02", "all", "mean-days-without-use")["value"], float(mean))
    # lifelines moves tied times at random, and leaves out an event at time 0.
    if len(set(times)) == len(times) and times.min() > 0:
        incidence = AalenJohansenFitter(calculate_variance=False).fit(times, ends, event_of_interest=1)
        theirs = float(incidence.cumulative_density_.iloc[-1, 0])
        check(told, "I-02", "competing", figure(told, "I-02", "all", "with-closure-competing")["value"], theirs)
    arms = np.array([facts.practices[r[0]]["arm"] for r in rows])
    one, other = arms == "a", arms == "b"
    ours = figure(told, "I-02", "a | b", "log-rank-p")
    if ours:
        test = logrank_test(times[one], times[other], ends[one] == 1, ends[other] == 1)
        check(told, "I-02", "log-rank", ours["value"], float(test.p_value))


def arrivals(told, facts):
    rows = [(facts.first[i]["equipped"], facts.first[i]["equipped"] + days, end) for i, days, end in ways(facts)]
    for line in told["lines"]["I-03"]:
        if line["name"] == "hazard":
            year, quarter = line["group"].split("Q")
            begin = first_day(int(year) * 12 + (int(quarter) - 1) * 3)
            close = first_day(int(year) * 12 + int(quarter) * 3)
            new = sum(1 for equipped, at, end in rows if end == 1 and begin <= at < close)
            at_risk = sum(1 for equipped, at, end in rows if equipped < close and at >= begin)
            check(told, "I-03", line["group"], line["figure"]["numerator"], new)
            check(told, "I-03", line["group"], line["figure"]["denominator"], at_risk)


def lasting(told, facts):
    times, events = [], []
    for i in facts.counted:
        days = facts.uses[i]
        if days:
            gaps = [last for last, following in zip(days, days[1:] + [facts.until]) if following - last >= 183]
            times.append((gaps[0] + 183 if gaps else facts.until) - days[0])
            events.append(bool(gaps))
    if times:
        theirs = reached(KaplanMeierFitter().fit(times, events), 0.5)
        check(told, "I-05", "median", figure(told, "I-05", "all", "median-days-of-use")["value"], theirs)


def rates(told, facts):
    """Rates, the same drawn to the mean, ranks and funnel limits share their counts and exposures."""
    months = [i for i in facts.counted if any(facts.live(i, m) for m in facts.months)]
    rows = []
    for i in months:
        code, x, e = facts.practices[i]["code"], facts.exposed(i), facts.exposure(i)
        ours = figure(told, "I-06", code, "rate")
        if e is None or "more-than-list" in ours["flags"]:
            check(told, "I-06", code, ours["value"], None)
            continue
        rows.append((code, x, e))
        check(told, "I-06", code, ours["value"], 1000 * x / e)
        low = chi2.ppf(0.025, 2 * x) / 2 if x else 0.0
        check(told, "I-06", [code, "low"], ours["interval"]["low"], 1000 * low / e)
        check(told, "I-06", [code, "high"], ours["interval"]["high"], 1000 * chi2.ppf(0.975, 2 * x + 2) / 2 / e)
    if not rows:
        return
    x, e = np.array([r[1] for r in rows], float), np.array([r[2] for r in rows])
    check(told, "I-06", "pooled", figure(told, "I-06", "all", "pooled")["value"], 1000 * x.sum() / e.sum())
    check(told, "I-06", "mean", figure(told, "I-06", "all", "mean-of-practices")["value"], 1000 * (x / e).mean())
    m = x.sum() / e.sum()
    between = max(0, (e * (x / e - m) ** 2).sum() / e.sum() - m / e.mean())
    shrunken = m + (between / (between + m / e) if between else 0) * (x / e - m)
    ranks = (rankdata(x / e, method="min") - 1) / max(len(x) - 1, 1)
    for (code, count, exposure), theirs, rank in zip(rows, shrunken, ranks):
        check(told, "I-07", code, figure(told, "I-07", code, "shrunken-rate")["value"], 1000 * theirs)
        if len(rows) >= 10:
            check(told, "I-09", code, figure(told, "I-09", code, "percent-rank")["value"], rank)
    if len(rows) >= 10:
        for place, theirs in enumerate(np.quantile(1000 * x / e, np.arange(1, 10) / 10)):
            check(told, "I-09", place, figure(told, "I-09", f"{place + 1}0 %", "decile")["value"], theirs)


def funnel_limits(told):
    for line in told["lines"]["I-10"]:
        if line["name"] == "observed-over-expected":
            expected = line["figure"]["denominator"]
            for tail, end in ((0.001, "low"), (0.999, "high")):
                r = poisson.ppf(tail, expected)
                alpha = (poisson.cdf(r, expected) - tail) / poisson.pmf(r, expected)
                theirs = max((r - alpha) / expected, 0)
                check(told, "I-10", [line["group"], end], line["figure"]["interval"][end], theirs)


def concentration(told, facts):
    counts = Counter(c["practice"] for c in facts.within)
    every = np.array([counts[i] for i in facts.counted if "equipped" in facts.first[i] or counts[i]], float)
    for group, x in (("all", every), ("users", every[every > 0])):
        if x.sum() == 0:
            continue
        n, s = len(x), x / x.sum()
        positive = s[s > 0]
        theirs = {
            # Half the relative mean difference, not the ranked formula.
            "gini": np.abs(x[:, None] - x[None, :]).sum() / (2 * n * n * x.mean()),
            "hhi": (s**2).sum(),
            "effective-users": 1 / (s**2).sum(),
            "hoover": np.abs(s - 1 / n).sum() / 2,
            "theil": (positive * np.log(n * positive)).sum(),
            "k80": 1 + int(np.argmax(np.sort(s)[::-1].cumsum() >= 0.8 - 1e-12)),
        }
        for name, value in theirs.items():
            check(told, "I-08", [group, name], figure(told, "I-08", group, name)["value"], float(value))


def monthly(facts):
    count, exposure = Counter(), Counter()
    for m in facts.months:
        for i in facts.counted:
            size = facts.list_size(i, m)
            if facts.live(i, m) and size is not None:
                exposure[m] += size / 12
    for c in facts.within:
        m = month(c["day"])
        if facts.live(c["practice"], m) and facts.list_size(c["practice"], m) is not None:
            count[m] += 1
    months = [m for m in facts.months if exposure[m] > 0]
    return months, np.array([count[m] for m in months], float), np.array([exposure[m] for m in months])


def process(told, facts):
    months, x, e = monthly(facts)
    ours = [one["figure"] for one in told["lines"]["I-11"] if one["name"] == "rate"]
    if not ours:
        return
    n = e / 1000
    u = x.sum() / n.sum()
    z = (x / n - u) / np.sqrt(u / n)
    sigma = np.abs(np.diff(z)).mean() / 1.128
    check(told, "I-11", "sigma-z", figure(told, "I-11", "all", "sigma-z")["value"], sigma)
    for one, rate, size in zip(ours, x / n, n):
        check(told, "I-11", "rate", one["value"], rate)
        check(told, "I-11", "upper", one["interval"]["high"], u + 3 * sigma * math.sqrt(u / size))
    post = np.array([m >= month_of_event(told) for m in months])
    before = int((~post).sum())
    step = [o["figure"] for o in told["lines"]["I-17"] if o["name"] == "step-rate-ratio"][0]
    if before >= 8 and len(months) - before >= 8:
        t = np.arange(1, len(months) + 1, dtype=float)
        columns = [np.ones_like(t), t, post.astype(float), (t - before) * post]
        if len(months) >= 24:
            columns += [np.sin(2 * np.pi * t / 12), np.cos(2 * np.pi * t / 12)]
        fit = sm.GLM(x, np.column_stack(columns), family=sm.families.Poisson(), offset=np.log(e)).fit(scale="X2", tol=1e-12)
        low, high = np.exp(fit.conf_int()[2])
        check(told, "I-17", "step", step["value"], float(np.exp(fit.params[2])))
        check(told, "I-17", "low", step["interval"]["low"], low)
        check(told, "I-17", "high", step["interval"]["high"], high)


def month_of_event(told):
    return month(next(e["from"] for e in told["programme"]["events"] if e["interruption"]))


def rollout(told, facts):
    first, periods = facts.months[0] // 3, len(facts.months) // 3
    sums, seen = defaultdict(float), set()
    for entry in told["programme"]["ordinary"]:
        key = (entry["practice"], entry["month"] // 3 - first)
        sums[key] += entry["referrals"]
        seen.add(key)
    members = [i for i in facts.counted if all((i, period) in seen for period in range(periods))]
    ours = figure(told, "I-18", "all", "effect")
    if ours["value"] is None:
        return
    y, x, dummies = [], [], []
    for place, i in enumerate(members):
        equipped = facts.first[i].get("equipped")
        for period in range(periods):
            y.append(sums[i, period])
            x.append(float(equipped is not None and month(equipped) // 3 - first <= period))
            row = np.zeros(len(members) + periods - 1)
            row[place] = 1
            if period:
                row[len(members) + period - 1] = 1
            dummies.append(row)
    fit = sm.OLS(np.array(y), np.column_stack([x, np.array(dummies)])).fit()
    check(told, "I-18", "effect", ours["value"], float(fit.params[0]))
    check(told, "I-18", "low", ours["interval"]["low"], float(fit.params[0] - 1.959963984540054 * fit.bse[0]))


def turnaround(told, facts):
    cut, times, events = facts.until * 24, [], []
    for c in facts.within:
        answered, taken = c["answered"], c["allocated"]
        if answered is not None and (answered < c["submitted"] or (taken is not None and answered < taken)):
            continue
        cancelled = c["cancelled"] if c["cancelled"] is not None and c["cancelled"] < cut else None
        if answered is not None and answered < cut and (cancelled is None or answered <= cancelled):
            times.append(answered - c["submitted"])
            events.append(True)
        else:
            times.append((cut if cancelled is None else cancelled) - c["submitted"])
            events.append(False)
    if len(times) < 10:
        return
    curve = KaplanMeierFitter().fit(times, events)
    for group, part in (("p50", 0.5), ("p75", 0.25), ("p90", 0.1)):
        check(told, "I-13", group, figure(told, "I-13", group, "answer-hours")["value"], reached(curve, part))
    for name, hours in (("within-24h", 24), ("within-3d", 72), ("within-7d", 168)):
        theirs = 1 - float(curve.survival_function_at_times(hours).iloc[0])
        check(told, "I-13", name, figure(told, "I-13", "all", name)["value"], theirs)


def networks(told, facts):
    quarters = defaultdict(set)
    weights = Counter()
    for c in facts.within:
        if c["answered"] is not None and c["answered"] < facts.until * 24:
            edge = ("practice " + facts.practices[c["practice"]]["code"], "specialist " + c["specialist"])
            quarters[month(c["day"]) // 3].add(edge)
            weights[month(c["day"]) // 3, edge] += 1
    before = None
    for (quarter, edges), nodes in zip(sorted(quarters.items()), told["nodes"]):
        graph = nx.Graph(list(edges))
        practices = {practice for practice, _ in edges}
        name = f"{quarter * 3 // 12}Q{quarter % 4 + 1}"
        density = nx.bipartite.density(graph, practices)
        check(told, "I-16", [name, "density"], figure(told, "I-16", name, "density")["value"], density)
        parts = nx.number_connected_components(graph)
        check(told, "I-16", [name, "parts"], figure(told, "I-16", name, "components")["value"], parts)
        between, centrality = nx.betweenness_centrality(graph), nx.bipartite.degree_centrality(graph, practices)
        for node, degree, hhi, betweenness, central in nodes:
            mine = np.array([weights[quarter, edge] for edge in edges if node in edge], float)
            check(told, "I-16", [name, node, "betweenness"], betweenness, between[node])
            check(told, "I-16", [name, node, "degree"], degree, graph.degree[node])
            check(told, "I-16", [name, node, "centrality"], central, centrality[node])
            check(told, "I-16", [name, node, "hhi"], hhi, float(((mine / mine.sum()) ** 2).sum()))
        if before and before[0] + 1 == quarter:
            jaccard = len(edges & before[1]) / len(edges | before[1])
            check(told, "I-16", [name, "jaccard"], figure(told, "I-16", name, "jaccard")["value"], jaccard)
        before = (quarter, edges)


def equity(told, facts):
    for name, of_case, of_list in (("aged-65", "aged", "aged_share"), ("interpreter", "interpreter", "interpreter_share")):
        known = [
            (c[of_case], facts.practices[c["practice"]][of_list])
            for c in facts.within
            if c[of_case] is not None and facts.practices[c["practice"]][of_list]
        ]
        if known:
            expected = sum(share for _, share in known)
            count = sum(1 for had, _ in known if had)
            ours = figure(told, "I-21", "all", name)
            low, high = proportion_confint(count, len(known), method="wilson")
            check(told, "I-21", name, ours["value"], count / expected)
            check(told, "I-21", [name, "low"], ours["interval"]["low"], low * len(known) / expected)
            check(told, "I-21", [name, "high"], ours["interval"]["high"], high * len(known) / expected)


def matching(told, facts):
    """The same four users and pool; the distance and the assignment by numpy and scipy."""
    design = told["design"]
    last = month(facts.until - 1)
    by_code = {p["code"]: i for i, p in enumerate(facts.practices)}

    def values(code):
        i = by_code[code]
        size, p = facts.list_size(i, last), facts.practices[i]
        return [math.log(size), size / p["employed"][0], p["kilometres"]]

    users = [u for u in design["users"] if u not in design["users_left_out"]]
    pool = design["pool"]
    theirs_pool = [
        facts.practices[i]["code"]
        for i in facts.counted
        if not facts.uses[i]
        and facts.ended(i) is None
        and facts.first[i].get("equipped", facts.until) + 365 <= facts.until
        and facts.list_size(i, last) is not None
    ]
    check(told, "I-20", "pool", len(pool), len(theirs_pool))
    if not users or len(users) + len(pool) < 6 or design["metric"] != "mahalanobis":
        return
    a, b = np.array([values(u) for u in users]), np.array([values(p) for p in pool])
    scatter = sum(((g - g.mean(0)).T @ (g - g.mean(0)) for g in (a, b) if len(g)), np.zeros((3, 3)))
    inverse = np.linalg.inv(scatter / (len(a) + len(b) - 2))
    cost = np.sqrt(np.einsum("ijk,kl,ijl->ij", a[:, None] - b[None], inverse, a[:, None] - b[None]))
    exact = np.array([[facts.practices[by_code[u]]["centrality"] == facts.practices[by_code[p]]["centrality"] for p in pool] for u in users])
    # The origin's random programmes are equipped in one specialty, so only users without equipment differ in channel.
    exact &= np.array([["equipped" in facts.first[by_code[u]]] for u in users])
    large = (cost.max() + 1) * (len(users) + 1)
    priced = np.column_stack([np.where(exact, cost, 2 * large), np.full((len(users), len(users)), large)])
    rows, columns = linear_sum_assignment(priced)
    total = sum(cost[r, c] for r, c in zip(rows, columns) if c < len(pool) and exact[r, c])
    check(told, "I-20", "total", design["total"], float(total))


programmes = 0
for text in sys.stdin:
    told = json.loads(text)
    facts = Facts(told)
    shares(told)
    funnel_limits(told)
    for compare in (funnel, adoption, arrivals, lasting, rates, concentration, process, rollout, turnaround, networks, equity, matching):
        compare(told, facts)
    programmes += 1
print(json.dumps({"programmes": programmes, "compared": compared, "differences": differences[:20]}))
