"""The indicators I-01 to I-22 as definitions/ define them, but for the two fitted curves of I-03; standard library only."""

import math
from collections import Counter, defaultdict

import estimators as by
from programme import first_day, harmless, month_name, month_of, quarter_name


class Figures:
    """What this script makes, by indicator, group and name; of equal names the first, the second and so on."""

    def __init__(self):
        self.made, self.indicator = {}, ""

    def add(self, group, name, value, numerator, denominator, low=None, high=None):
        place = 0
        while (self.indicator, harmless(group), name, place) in self.made:
            place += 1
        self.made[self.indicator, harmless(group), name, place] = [value, numerator, denominator, low, high]

    def share(self, group, name, count, of):
        self.add(group, name, count / of if of else None, count, of, *by.wilson(count, of))

    def of(self, group, name, value, units, low=None, high=None):
        self.add(group, name, value, units, units, low, high)


def i01_funnel(s, out):
    names = ["offered", "equipped", "trained", "first-use", "active", "sustained"]
    recorded = []
    for code in s.counted:
        first, uses = s.first[code], s.uses[code]
        days = [first.get("offered"), first.get("equipped"), first.get("trained"), uses[0] if uses else None]
        recorded.append([*days, *s.sustained(code)])
    passed = [[any(day is not None for day in days[step:]) for step in range(6)] for days in recorded]
    counts = [sum(one[step] for one in passed) for step in range(6)]
    anomalies = 0
    for days in recorded:
        known = [step for step in range(6) if days[step] is not None]
        # Whoever passed a later step passed this one: it must have a day, and none that lies after.
        anomalies += any(
            days[step] is None or any(days[later] < days[step] for later in known if later > step)
            for step in range(max(known, default=-1) + 1)
        )
    for step, name in enumerate(names):
        out.share(name, "of-first", counts[step], counts[0])
        out.share(name, "of-previous", counts[step], counts[max(step - 1, 0)])
        if step:
            waits = [(days[step - 1], days[step]) for days in recorded if days[step - 1] is not None]
            spells = [(s.until - a, False) if b is None else (max(b - a, 0), True) for a, b in waits]
            value, low, high = by.survival_quantile(by.kaplan_meier(spells), 0.5)
            out.of(name, "median-days", value, len(spells), low, high)
    out.add("anomalies", "of-first", anomalies / counts[0] if counts[0] else None, anomalies, counts[0])


def ways(s):
    """Code, days from equipped to first use or to its end, and how it ended."""
    for code in s.counted:
        equipped, ended = s.first[code].get("equipped"), s.ended(code)
        if equipped is not None:
            last = max(s.until if ended is None else ended, equipped)
            first = next((day for day in s.uses[code][:1] if day <= last), None)
            if first is not None:
                yield code, max(first - equipped, 0), "event"
            else:
                yield code, last - equipped, "censored" if ended is None else "competing"


def i02_adoption(s, out):
    rows = list(ways(s))
    curve = by.kaplan_meier([(days, end == "event") for _, days, end in rows])
    longest = max((days for _, days, _ in rows), default=0)
    for day in [*range(91, longest, 91), longest]:
        _, _, survival, low, high = by.step_at(curve, day)
        events = sum(step[1] for step in curve if step[0] <= day)
        limits = (None, None) if low is None else (1 - high, 1 - low)
        out.add(f"day {day}", "adopted", 1 - survival if rows else None, events, len(rows), *limits)
    value, low, high = by.survival_quantile(curve, 0.5)
    out.of("all", "median-days", value, len(rows), low, high)
    out.of("all", "mean-days-without-use", by.restricted_mean(curve, 365) if rows else None, len(rows))
    out.of("all", "with-closure-competing", by.cumulative_incidence([row[1:] for row in rows]), len(rows))
    arms = defaultdict(list)
    for code, days, end in rows:
        if s.practices[code]["arm"] is not None:
            arms[s.practices[code]["arm"]].append((days, end == "event"))
    p = by.log_rank(*(arms[name] for name in sorted(arms))) if len(arms) == 2 else None
    if p is not None:
        out.of(" | ".join(sorted(arms)), "log-rank-p", p, len(rows))


def i03_arrivals(s, out):
    dated = [(s.first[c]["equipped"], s.first[c]["equipped"] + days, end == "event") for c, days, end in ways(s)]
    first = min((month_of(equipped) // 3 for equipped, _, _ in dated), default=math.inf)
    for quarter in range(first, month_of(s.until - 1) // 3 + 1) if dated else []:
        start, stop = first_day(quarter * 3), first_day(quarter * 3 + 3)
        out.share(
            quarter_name(quarter),
            "hazard",
            sum(used and start <= on < stop for _, on, used in dated),
            sum(equipped < stop and on >= start for equipped, on, _ in dated),
        )
        adopted = sum(used and on < stop for _, on, used in dated)
        out.share(quarter_name(quarter), "cumulative-share", adopted, sum(equipped < stop for equipped, _, _ in dated))


def i04_activity(s, out):
    last = s.until - 1
    states = Counter(s.state(s.uses[c], s.first[c].get("equipped"), s.ended(c), last) for c in s.counted)
    names = "closed not-live too-early never-used tried active reactivated lapsed dormant"
    for name in names.split():
        out.share(name, "share", states[name], len(s.counted))


def i05_retention(s, out, gap=183):
    users = [s.uses[code] for code in s.counted if s.uses[code]]
    quarter = lambda day: month_of(day) // 3
    cohorts = defaultdict(list)
    for uses in users:
        cohorts[quarter(uses[0])].append({quarter(day) for day in uses})
    pooled = defaultdict(lambda: [0, 0])
    for first, members in sorted(cohorts.items()):
        for period in range(quarter(s.until) - first):
            active = sum(first + period in member for member in members)
            pooled[period][0] += active
            pooled[period][1] += len(members)
            out.share(f"{quarter_name(first)} + {period}", "cohort-retained", active, len(members))
    for period, (active, observable) in pooled.items():
        out.share(f"quarter {period}", "retained", active, observable)
    spells = []
    for uses in users:
        lapse = next((last for last, after in zip(uses, [*uses[1:], s.until]) if after - last >= gap), None)
        spells.append((s.until - uses[0], False) if lapse is None else (lapse + gap - uses[0], True))
    value, low, high = by.survival_quantile(by.kaplan_meier(spells), 0.5)
    out.of("all", "median-days-of-use", value, len(spells), low, high)


def i06_i07_i09_rates(s, out):
    rated, exposed = [], s.exposed()
    out.indicator = "I-06"
    for code in s.counted:
        if any(s.live(code, month) for month in s.months):
            count, years = exposed[code], s.exposure(code)
            largest = max((s.list_size(code, month) or 0 for month in s.months), default=0)
            if years and count <= largest:
                low, high = by.garwood(count)
                out.add(code, "rate", count / years * 1000, count, years, low / years * 1000, high / years * 1000)
                rated.append((code, count, years))
            else:  # a list that is not known, or more referrals than patients: no rate
                out.add(code, "rate", None, count, years or 0)
    count, years = sum(row[1] for row in rated), sum(row[2] for row in rated)
    rates = [x / e * 1000 for _, x, e in rated]
    limits = [limit / years * 1000 for limit in by.garwood(count)] if rated else []
    out.add("all", "pooled", count / years * 1000 if rated else None, count, years, *limits)
    out.add("all", "mean-of-practices", sum(rates) / len(rates) if rated else None, sum(rates), len(rates))
    out.indicator = "I-07"
    for (code, x, e), rate in zip(rated, by.shrunken([row[1:] for row in rated]) if rated else []):
        out.add(code, "shrunken-rate", rate * 1000, x, e)
    out.indicator, n = "I-09", len(rates)
    if n < 10:
        return out.of("all", "decile", None, n)
    for (code, _, _), rate in zip(rated, rates):
        out.of(code, "percent-rank", sum(other < rate for other in rates) / (n - 1), n)
    for place in range(1, 10):
        out.of(f"{place}0 %", "decile", by.quantile(rates, place / 10), n)
    out.share("all", "zero-share", sum(rate == 0 for rate in rates), n)


def i08_concentration(s, out):
    every = [s.counts[code] for code in s.counted if "equipped" in s.first[code] or s.counts[code]]
    for k in (1, 4, 10):
        out.share("all", f"top-{k}", sum(sorted(every, reverse=True)[:k]), sum(every))
    for group, counts in (("all", every), ("users", [count for count in every if count])):
        found, limits = by.concentration(counts), by.bootstrap(counts)
        names = "gini gini-unbiased hhi hhi-normalised effective-users hoover theil evenness k80"
        for name in names.split():
            out.add(group, name, found and found[name], sum(counts), len(counts), *limits.get(name, []))


def i10_funnel_plot(s, out):
    exposed = s.exposed()
    units = [(code, exposed[code], s.exposure(code)) for code in s.counted if s.exposure(code)]
    total, years = sum(unit[1] for unit in units), sum(unit[2] for unit in units)
    if not total:
        return
    z = []
    for code, count, exposure in units:
        expected = total / years * exposure
        z.append((count - expected) / math.sqrt(expected))
        limits = [by.ratio_limit(expected, tail) for tail in (0.001, 0.999)]
        out.add(code, "observed-over-expected", count / expected, count, expected, *limits)
    low, high = by.quantile(z, 0.1), by.quantile(z, 0.9)
    out.of("all", "dispersion", sum(min(max(one, low), high) ** 2 for one in z) / len(z), len(z))
    for centrality in range(7):
        members = [c for c in s.counted if "equipped" in s.first[c] and s.practices[c]["centrality"] == centrality]
        if members:
            out.share(f"centrality {centrality}", "adopted", sum(bool(s.uses[c]) for c in members), len(members))


def i11_process(s, out):
    months, counts, years = s.monthly()
    chart = by.u_prime(counts, [one / 1000 for one in years])
    if chart:
        centre, sigma_z, points = chart
        for month, count, exposure, (value, low, high), rules in zip(
            months, counts, years, points, by.signals(points, centre)
        ):
            for name in ["rate", *sorted(rules)]:
                out.add(month_name(month), name, value, count, exposure, low, high)
        rates, n = [point[0] for point in points], len(points)
        out.of("all", "sigma-z", sigma_z, n)
        mean, low, high = by.individuals(rates, screen=True)
        out.of("all", "mean", mean, n, low, high)
        found = by.runs(rates, centre)
        if found:
            useful, longest, allowed, crossings, needed = found
            out.add("all", "longest-run", longest, allowed, useful)
            out.add("all", "crossings", crossings, needed, useful)
    for code in s.counted:
        days = [day for day in s.uses[code] if day >= s.start]
        # Days between rare referrals, made even by the power 1/3.6 (Nelson, 1994).
        even = [(b - a) ** (1 / 3.6) for a, b in zip(days, days[1:])]
        if 3 <= len(even) and len(days) < len(s.months):
            mean, low, high = (max(one, 0) ** 3.6 for one in by.individuals(even, screen=False))
            out.of(code, "days-between", mean, len(even), low, high)


def i12_alerts(s, out, window=12):
    for code in s.counted:
        live = [month for month in s.months if s.live(code, month)]
        if not live or live[-1] != s.months[-1]:
            continue
        sizes = [s.list_size(code, month) for month in live]
        if not all(sizes) or len(live) <= window:
            out.of(code, "cusum", None, len(live))
            continue
        by_month = Counter(month_of(day) for day in s.uses[code])
        rates = [by_month[month] / size * 1000 for month, size in zip(live, sizes)]
        recent = sizes[-window - 1 :]
        jumped = any(abs(b / a - 1) > 0.2 for a, b in zip(recent, recent[1:]))
        above, below, h = by.cusum(rates, window)
        alert = None if jumped else (above > h) - (below < -h)
        out.add(code, "cusum", alert, above if above >= -below else below, h)


def working_hours(start, stop):
    """Monday to Friday, 8 to 16."""
    days = range(math.floor(start / 24), math.floor(stop / 24) + 1)
    open_days = [day * 24 for day in days if (day + 3) % 7 < 5]  # 1 January 1970 was a Thursday
    return sum((max(min(stop, at + 16) - max(start, at + 8), 0) for at in open_days), 0.0)


def i13_turnaround(s, out, enough=10):
    cut = s.until * 24

    def faulty(case):
        answered, taken = case["answered"], case["allocated"]
        return answered is not None and (answered < case["submitted"] or (taken is not None and answered < taken))

    def wait(case, at, clock):
        """Hours and whether it came; withdrawn and open cases are censored."""
        sent, cancelled = case["submitted"], case["cancelled"]
        cancelled = None if cancelled is None or cancelled >= cut else cancelled
        if at is not None and at < cut:
            if at < sent:
                return None
            if cancelled is None or at <= cancelled:
                return clock(sent, at), True
        return clock(sent, max(cut if cancelled is None else cancelled, sent)), False

    sound = [case for case in s.cases if not faulty(case)]
    clock_hours = lambda start, stop: stop - start
    curves = [
        ("answer-hours", "answered", clock_hours),
        ("answer-working-hours", "answered", working_hours),
        ("allocation-hours", "allocated", clock_hours),
    ]
    for name, what, clock in curves:
        spells = [spell for spell in (wait(case, case[what], clock) for case in sound) if spell]
        curve = by.kaplan_meier(spells)
        for part in (50, 75, 90):
            few = len(spells) < enough
            value, low, high = (None,) * 3 if few else by.survival_quantile(curve, part / 100)
            out.of(f"p{part}", name, value, len(spells), low, high)
        for within, hours in (("within-24h", 24), ("within-3d", 72), ("within-7d", 168)) if name == "answer-hours" else ():
            _, _, survival, low, high = by.step_at(curve, hours)
            limits = (None, None) if few or low is None else (1 - high, 1 - low)
            out.of("all", within, None if few else 1 - survival, len(spells), *limits)
    out.share("all", "unanswered", sum(c["answered"] is None or c["answered"] >= cut for c in sound), len(sound))
    out.share("all", "asked-for-more", sum(case["questions"] > 0 for case in sound), len(sound))
    out.share("all", "clock-errors", len(s.cases) - len(sound), len(s.cases))


def i14_penetration(s, out):
    senders = defaultdict(Counter)
    for case in s.cases:
        senders[case["practice"]][case["role"], case["sender"]] += 1
    for code in sorted(senders):
        people = senders[code]
        roles = zip(("doctor", "nurse", "secretary"), ("doctors", "nurses", "secretaries"), s.practices[code]["employed"])
        for role, name, employed in roles:
            out.share(code, name, min(sum(one == role for one, _ in people), employed), employed)
        counts = list(people.values())
        out.share(code, "busiest-share", max(counts), sum(counts))
        out.of(code, "bus-factor", by.fewest(counts, 0.5), len(counts))


def i15_substitution(s, out):
    known, quarters = {}, defaultdict(lambda: [0, 0])
    for entry in s.ordinary:
        if entry["month"] in set(s.months) and not s.practices[entry["practice"]]["test"]:
            known[entry["practice"], entry["month"]] = int(entry["referrals"])
    for (_, month), ordinary in known.items():
        quarters[month // 3][1] += ordinary
    for case in s.cases:
        if (case["practice"], month_of(case["day"])) in known:
            quarters[month_of(case["day"]) // 3][0] += 1
    for quarter, (service, ordinary) in quarters.items():
        out.share(quarter_name(quarter), "share", service, service + ordinary)
    service, ordinary = (sum(one[place] for one in quarters.values()) for place in (0, 1))
    out.share("all", "share", service, service + ordinary)


def i16_networks(s, out):
    quarters = defaultdict(set)
    for case in s.cases:
        if case["answered"] is not None and case["answered"] < s.until * 24:
            edge = ("practice", case["practice"]), ("specialist", case["specialist"])
            quarters[month_of(case["day"]) // 3].add(edge)
    for quarter, edges in quarters.items():
        name, sizes = quarter_name(quarter), by.parts(edges)
        pairs = len({one for one, _ in edges}) * len({other for _, other in edges})
        out.add(name, "density", len(edges) / pairs, len(edges), pairs)
        out.of(name, "components", len(sizes), sum(sizes))
        out.add(name, "giant-share", max(sizes) / sum(sizes), max(sizes), sum(sizes))
        if quarter - 1 in quarters:
            kept, either = len(edges & quarters[quarter - 1]), len(edges | quarters[quarter - 1])
            out.add(name, "jaccard", kept / either, kept, either)


def i17_interruption(s, out):
    months, counts, years = s.monthly()
    n = len(months)
    for event in s.programme["events"]:
        if event["interruption"] and event["practice"] is None:
            before, fit = sum(month < month_of(event["from"]) for month in months), None
            if before >= 8 and n - before >= 8:
                rows = [[1.0, t, float(t > before), max(t - before, 0)] for t in range(1, n + 1)]
                if n >= 24:
                    for t, row in enumerate(rows, 1):
                        row += [math.sin(math.tau * t / 12), math.cos(math.tau * t / 12)]
                fit = by.quasi_poisson(rows, counts, years, 2)
            value, low, high = fit or (None,) * 3
            out.of(event["kind"], "step-rate-ratio", value, n, low, high)


def i18_rollout(s, out):
    if not s.months:
        return
    first, periods = s.months[0] // 3, len(s.months) // 3
    sums = defaultdict(dict)
    for entry in s.ordinary:
        period = entry["month"] // 3 - first
        if entry["month"] in s.months:
            row = sums[entry["practice"]]
            if period < periods:
                row[period] = row.get(period, 0) + entry["referrals"]
    members = [code for code in s.counted if code in sums and len(sums[code]) == periods]
    outcome = [[sums[code][period] for period in range(periods)] for code in members]
    equipped = [month_of(s.first[code].get("equipped", s.until + 9999)) // 3 - first for code in members]
    treated = [[float(since <= period) for period in range(periods)] for since in equipped]
    value, low, high = by.two_way_effect(outcome, treated) or (None,) * 3
    out.of("all", "effect", value, len(members), low, high)
    out.of("all", "design-standard-error", by.hussey_hughes(treated), len(members))


def i21_equity(s, out):
    for name, of_case, of_list in (
        ("aged-65", "aged", "aged_share"),
        ("interpreter", "interpreter", "interpreter_share"),
    ):
        pairs = [(case[of_case], s.practices[case["practice"]][of_list] or 0) for case in s.cases]
        known = [(had, share) for had, share in pairs if had is not None and share > 0]
        count, expected = sum(had for had, _ in known), sum(share for _, share in known)
        limits = [limit * len(known) / expected for limit in by.wilson(count, len(known))] if known else []
        out.add("all", name, count / expected if known else None, count, expected, *limits)


def i22_quality(s, out):
    last, first, n = month_of(s.until - 1), month_of(s.start), len(s.cases)
    out.share("all", "list-known", sum(s.list_size(code, last) is not None for code in s.counted), len(s.counted))
    out.share("all", "late", sum(case["recorded"] - case["submitted"] > 7 * 24 for case in s.cases), n)
    faults = 0
    for case in s.cases:
        answered, taken = case["answered"], case["allocated"]
        early = answered is not None and (answered < case["submitted"] or (taken is not None and answered < taken))
        faults += early or case["recorded"] < case["submitted"]
    out.share("all", "clock-errors", faults, n)
    every = sum(s.start <= case["day"] < s.until for case in s.every)
    out.share("all", "test-share", every - n, every)
    touched = last - first + 1
    cut = (first_day(first) < s.start) + (first_day(last + 1) > s.until and last >= first)
    out.share("all", "incomplete-periods", min(cut, touched), touched)
    users = [code for code in s.counted if s.uses[code]]
    before = sum(s.uses[code][0] < s.first[code].get("equipped", math.inf) for code in users)
    out.share("all", "used-before-equipped", before, len(users))


INDICATORS = [
    *[("I-01", i01_funnel), ("I-02", i02_adoption), ("I-03", i03_arrivals), ("I-04", i04_activity)],
    *[("I-05", i05_retention), ("I-06", i06_i07_i09_rates), ("I-08", i08_concentration), ("I-10", i10_funnel_plot)],
    *[("I-11", i11_process), ("I-12", i12_alerts), ("I-13", i13_turnaround), ("I-14", i14_penetration)],
    *[("I-15", i15_substitution), ("I-16", i16_networks), ("I-17", i17_interruption), ("I-18", i18_rollout)],
    *[("I-21", i21_equity), ("I-22", i22_quality)],
]


def make(study):
    """Every figure by indicator, group, name and place among equals: value, numerator, denominator, low, high."""
    out = Figures()
    for out.indicator, indicator in INDICATORS:
        indicator(study, out)
    return out.made
