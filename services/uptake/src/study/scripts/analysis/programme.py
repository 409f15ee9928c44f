"""The programme of this bundle as the indicators ask for it: calendar, first steps, uses, lists; standard library only."""

import csv
import json
import math
import sys
from bisect import bisect_right
from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path

BUNDLE = Path(__file__).resolve().parent.parent


def month_of(day):
    on = date(1970, 1, 1) + timedelta(days=day)
    return on.year * 12 + on.month - 1


def first_day(month):
    return (date(month // 12, month % 12 + 1, 1) - date(1970, 1, 1)).days


def month_name(month):
    return f"{month // 12:04}-{month % 12 + 1:02}"


def quarter_name(quarter):
    return f"{quarter // 4:04}Q{quarter % 4 + 1}"


def months_before(day, months):
    """The same date so many months earlier, or the last of that month."""
    earlier = month_of(day) - months
    return min(first_day(earlier) + day - first_day(month_of(day)), first_day(earlier + 1) - 1)


def harmless(text):
    """A text as the bundle's tables write it: none that a spreadsheet takes for a formula."""
    return "'" + text if text[:1] in set("=+-@\t\r\n") else text


def table(name):
    with open(BUNDLE / name, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


class Study:
    """The programme through the window: a practice's first steps, end, uses, list and exposure. Training is left out."""

    def __init__(self):
        asked = {line["name"]: line["value"] for line in table("data/parameters.csv")}
        expected = {"outcome": "share", "metric": "mahalanobis", "caliper": "", "seed": "", "vetoes": ""}
        if any(asked[name] != value for name, value in expected.items()):
            sys.exit("This script makes only samples of the origin's kind: by share, Mahalanobis, ties by code.")
        self.asked, self.start, self.until = asked, int(asked["from"]), int(asked["until"])
        self.needed, self.back = int(asked["active_cases"]), int(asked["active_months"])
        self.programme = json.loads((BUNDLE / "programme.json").read_text(encoding="utf-8"))
        self.practices = {one["code"]: one for one in self.programme["practices"]}
        codes = [one["code"] for one in self.programme["practices"]]
        named = lambda rows: [{**row, "practice": codes[row["practice"]]} for row in rows if row["practice"] < len(codes)]
        takes = lambda row: asked["specialty"] in ("", row["specialty"])
        self.counted = sorted(code for code in codes if not self.practices[code]["test"])
        self.first, self.channels = defaultdict(dict), defaultdict(set)
        for step in named(self.programme["enablement"]):
            if takes(step) and step["on"] < self.until:
                first = self.first[step["practice"]]
                first[step["step"]] = min(step["on"], first.get(step["step"], step["on"]))
                if step["step"] == "equipped":
                    self.channels[step["practice"]].add(step["specialty"])
        self.every = [{**c, "day": math.floor(c["submitted"] / 24)} for c in named(self.programme["cases"]) if takes(c)]
        real = [
            c for c in self.every if not c["test"] and not self.practices[c["practice"]]["test"] and c["day"] < self.until
        ]
        self.cases = [case for case in real if case["day"] >= self.start]
        self.ordinary = named(self.programme["ordinary"])
        self.uses = {code: [] for code in codes}
        for case in sorted(real, key=lambda case: case["day"]):
            self.uses[case["practice"]].append(case["day"])
        first = month_of(self.start)
        self.months = list(range(first + (first_day(first) < self.start), month_of(self.until)))
        self.counts = Counter(case["practice"] for case in self.cases)

    def ended(self, code):
        ends = [self.practices[code]["closed"], self.first[code].get("withdrawn")]
        return min((end for end in ends if end is not None and end < self.until), default=None)

    def live(self, code, month):
        """Equipped in the month or before, and not ended before it began."""
        equipped, ended = self.first[code].get("equipped"), self.ended(code)
        return equipped is not None and month_of(equipped) <= month and (ended is None or ended > first_day(month))

    def list_size(self, code, month):
        known = [(at, size) for at, size in self.practices[code]["list_sizes"] if at <= month]
        return max(known, key=lambda one: one[0])[1] if known else None

    def exposure(self, code):
        """Patient-years of the live months; None when a list size is not known."""
        sizes = [self.list_size(code, month) for month in self.months if self.live(code, month)]
        return None if None in sizes else sum(sizes) / 12

    def exposed(self):
        """Cases in live months, by practice."""
        months = set(self.months)
        seen = [(case["practice"], month_of(case["day"])) for case in self.cases]
        return Counter(code for code, month in seen if month in months and self.live(code, month))

    def monthly(self):
        """Months with exposure: cases and patient-years of the practices whose list is known."""
        years, counts = Counter(), Counter()
        for month in self.months:
            for code in self.counted:
                years[month] += (self.list_size(code, month) or 0) / 12 if self.live(code, month) else 0
        for case in self.cases:
            code, month = case["practice"], month_of(case["day"])
            counts[month] += self.live(code, month) and self.list_size(code, month) is not None
        months = [month for month in self.months if years[month] > 0]
        return months, [counts[month] for month in months], [years[month] for month in months]

    def recent(self, uses, day):
        """Uses of the months before a day, this included."""
        return bisect_right(uses, day) - bisect_right(uses, months_before(day, self.back))

    def state(self, uses, live, ended, day):
        """I-04: closed beats all; active is so many cases in so many months."""
        seen = uses[: bisect_right(uses, day)]
        if ended is not None and ended <= day:
            return "closed"
        live = min((one for one in [live, *seen[:1]] if one is not None), default=None)
        if live is None or live > day:
            return "not-live"
        starts = [place for place, on in enumerate(seen) if self.recent(seen, on) >= self.needed]
        if self.recent(seen, day) >= self.needed:
            gaps = (self.recent(seen, on - 1) < self.needed for on in seen[starts[0] + 1 : starts[-1] + 1])
            return "reactivated" if any(gaps) else "active"
        early = months_before(day, self.back) < live
        if not seen:
            return "too-early" if early else "never-used"
        if seen[-1] <= months_before(day, 12):
            return "dormant"
        return "lapsed" if starts else "too-early" if early else "tried"

    def sustained(self, code):
        """The first day of being active, and the end of the fourth quarter in a row."""
        uses, ended = self.uses[code], self.ended(code)
        active = next((on for on in uses if self.recent(uses, on) >= self.needed), None)
        if active is None:
            return None, None
        live = self.first[code].get("equipped", uses[0])
        row, month = 0, month_of(min(live, active)) // 3 * 3 + 3
        while first_day(month) - 1 < self.until:
            row = row + 1 if self.state(uses, live, ended, first_day(month) - 1) in ("active", "reactivated") else 0
            if row == 4:
                return active, first_day(month) - 1
            month += 3
        return active, None
