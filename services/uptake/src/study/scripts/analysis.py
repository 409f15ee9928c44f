"""Makes every figure of this bundle again, from programme.json and data/parameters.csv, and compares it with the bundle's tables.

    python3 analysis.py            prints every figure that differs; fails if one does, or if there was none to compare
    python3 analysis.py --figures  also draws figures/*.pdf, where matplotlib is installed

Only Python's standard library, 3.9 or newer. What is counted is said in definitions/; how it is estimated in analysis/, each formula
with its source. Days are days since 1970, months months since year 0, hours hours since 1970, all on the clocks of Oslo.
Not made again: the two fitted curves of I-03 (bass-market, ten-to-ninety-quarters), which need an optimiser.
"""

import math
import re
import sys
from pathlib import Path

BUNDLE = Path(__file__).resolve().parent
sys.dont_write_bytecode = True  # the bundle stays as it is
sys.path.insert(0, str(BUNDLE / "analysis"))

import estimators
import indicators
import matching
from programme import Study, month_of, table

NOT_MADE_AGAIN = {("I-03", "bass-market"), ("I-03", "ten-to-ninety-quarters")}
FITTED = {"I-17"}  # by iteration
ROLES = ("doctor", "nurse", "secretary")
WHY = {
    "used": "used the service",
    "not-equipped": "never equipped",
    "too-recent": "equipped too recently",
    "ended": "closed, merged or withdrawn",
    "unknown": "a covariate is not known",
    "training": "for training",
}


class Sample:
    """I-20: the top users, the pool with its exclusions, and who stands beside whom."""

    def __init__(self, study):
        self.study, asked = study, study.asked
        self.names = asked["covariates"].split("; ")
        self.reserves, partners = int(asked["reserves"]), int(asked["partners"])
        self.ranked = sorted((c for c in study.counted if study.counts[c]), key=lambda code: -study.counts[code])
        self.chosen = self.ranked[: int(asked["users"])]
        self.values = {code: self.covariates(code) for code in study.practices}
        self.excluded = {code: self.exclusion(code) for code in sorted(study.practices)}
        self.users = [code for code in self.chosen if self.values[code]]
        self.pool = [code for code in study.counted if self.excluded[code] is None]
        rows = [self.values[code] for code in self.users], [self.values[code] for code in self.pool]
        costs, self.mahalanobis = matching.distances(*rows)
        self.condition = matching.condition_number(*rows)
        self.costs = [
            [cost if self.exact(user) == self.exact(other) else matching.FORBIDDEN for other, cost in zip(self.pool, row)]
            for user, row in zip(self.users, costs)
        ]
        self.optimal = self.pairs(matching.optimal(self.costs, partners))
        self.greedy = self.pairs(matching.greedy(self.costs, partners))
        self.second = self.pairs(matching.optimal(self.costs, partners + self.reserves))
        self.short = [u for u in self.users if sum(pair[0] == u for pair in self.optimal) < partners]

    def covariates(self, code):
        """In the order chosen; None when one is not known."""
        practice, size = self.study.practices[code], self.study.list_size(code, month_of(self.study.until - 1))
        size = size if size and size > 0 else None
        known = {
            "log list size": size and math.log(size),
            "list size": size,
            "patients per doctor": size and practice["employed"][0] and size / practice["employed"][0] or None,
            "staff": float(sum(practice["employed"])),
            "kilometres": practice["kilometres"],
            "share 65+": practice["aged_share"],
        }
        values = [known[name] for name in self.names]
        return None if None in values else values

    def exclusion(self, code):
        study, practice = self.study, self.study.practices[code]
        equipped = study.first[code].get("equipped")
        if practice["test"]:
            return "training"
        if study.uses[code]:
            return "used"
        if study.ended(code) is not None or practice["merged_into"] is not None:
            return "ended"
        if equipped is None:
            return "not-equipped"
        if equipped + int(study.asked["equipped_days"]) > study.until:
            return "too-recent"
        return None if self.values[code] else "unknown"

    def exact(self, code):
        """What partners must share: the class of centrality and the specialties equipped for."""
        return self.study.practices[code]["centrality"], self.study.channels[code]

    def pairs(self, given):
        return [
            (self.users[row], self.pool[column], self.costs[row][column])
            for row, columns in enumerate(given)
            for column in columns
        ]

    def balance(self):
        partners = [pair[1] for pair in self.optimal]
        groups = [[self.values[code] for code in group] for group in (self.users, self.pool, partners)]
        return [[name, *matching.balance(*([row[i] for row in g] for g in groups))] for i, name in enumerate(self.names)]

    def seats(self):
        """Practice, group, beside, rank: users, partners, and who steps in for either."""
        seats = [[user, "user", None, 0] for user in self.chosen]
        seats += [[partner, "non-user", user, 0] for user, partner, _ in self.optimal]
        next_users = self.ranked[len(self.chosen) :][: self.reserves]
        seats += [[user, "reserve-user", None, rank] for rank, user in enumerate(next_users, 1)]
        for user in self.chosen:
            seated = {seat[0] for seat in seats}
            spare = sorted((cost, other) for one, other, cost in self.second if one == user and other not in seated)
            seats += [[other, "reserve-non-user", user, r] for r, (_, other) in enumerate(spare[: self.reserves], 1)]
        return seats

    def protocol(self):
        """The lines of the protocol that hold figures."""
        counts = list(self.study.counts.values())
        share = sum(self.study.counts[code] for code in self.chosen) / max(sum(counts), 1)
        yield f"users with a referral: {len(self.ranked)}, 80 % by {estimators.fewest(counts, 0.8) or 0}"
        yield f"chosen: {', '.join(self.chosen)} with {share:.9f} of all referrals"
        unknown = [code for code in self.chosen if code not in self.users]
        if unknown:
            yield f"without a partner, as a covariate is not known: {', '.join(unknown)}"
        yield f"pool: equipped for {self.study.asked['equipped_days']} days, open, never used: {len(self.pool)}"
        for reason, words in WHY.items():
            codes = [code for code, one in self.excluded.items() if one == reason]
            yield f"excluded, {words}: {len(codes)} {' '.join(codes)}"
        metric = "Mahalanobis" if self.mahalanobis else "standardised Euclidean"
        yield f"distance: {metric}, pooled within groups on {', '.join(self.names)}"
        warning = "; over 30: covariates say the same, prefer ranks or ratios" if self.condition > 30 else ""
        yield f"condition number: {self.condition:.9f}{warning}"
        for user, partner, distance in self.optimal:
            yield f"pair: {user} with {partner}, distance {distance:.9f}"
        total, hasty = (sum(pair[2] for pair in pairs) for pairs in (self.optimal, self.greedy))
        yield f"total: {total:.9f}, greedy {hasty:.9f}"
        if self.short:
            yield f"too few partners: {', '.join(self.short)}"
        for row in self.balance():
            before, after = ("undefined" if one is None else f"{one:.9f}" for one in (row[5], row[7]))
            yield f"standardised mean difference of {row[0]}: {before} before, {after} after"


class Comparison:
    """Counts the figures that were compared, and prints those that differ."""

    def __init__(self):
        self.figures = self.differing = 0

    def cell(self, where, theirs, ours, tolerance=1e-9):
        """One cell of a table: numbers by the relative difference, words as they are; an empty one is not known."""
        theirs, ours = theirs or "", "" if ours is None else ours
        if theirs == "" and ours == "":
            return
        self.figures += 1
        if isinstance(ours, str) or theirs == "":
            same = theirs == ours
        else:
            same = math.isclose(float(theirs), ours, rel_tol=tolerance, abs_tol=1e-12)
        if not same:
            self.differing += 1
            print(f"{where}: {theirs or 'nothing'} in the bundle, {'nothing' if ours == '' else ours} here")

    def table(self, name, rows):
        """A table in its order."""
        told = table(name)
        self.cell(f"{name}, lines", str(len(told)), len(rows))
        for place, (line, row) in enumerate(zip(told, rows), 1):
            for column, ours in zip(line, row):
                self.cell(f"{name}, line {place}, {column}", line[column], ours)

    def indicators(self, name, made):
        """A table of indicators, found by indicator, group and name; of equal lines the first, the second and so on."""
        left, columns = dict(made), ("value", "numerator", "denominator", "low", "high")
        for line in table(name):
            place, key = 0, (line["indicator"], line["group"], line["name"])
            if (key[0], key[2]) in NOT_MADE_AGAIN:
                continue
            while (*key, place) in made and (*key, place) not in left:
                place += 1
            ours = left.pop((*key, place), [None] * 5)
            for column, one in zip(columns, ours):
                self.cell(f"{name}, {' '.join(key)}, {column}", line[column], one, 1e-6 if key[0] in FITTED else 1e-9)
        for key, ours in left.items():
            self.cell(f"{name}, {' '.join(key[:3])}, line", "", ours[1])

    def lines(self, name, made):
        """Lines of a text that begin like these, word by word; numbers to the six decimals that are printed."""
        heads = {line.split(":")[0] for line in made} | {"too few partners", "without a partner"}
        text = (BUNDLE / name).read_text(encoding="utf-8").splitlines()
        told = [line for line in text if line.split(":")[0] in heads]
        self.cell(f"{name}, lines", str(len(told)), len(made))
        for theirs, ours in zip(told, made):
            pairs = [re.split(r"[ ,:;]+", line.strip()) for line in (theirs, ours)]
            if len(pairs[0]) != len(pairs[1]):
                self.cell(name, theirs, ours)
                continue
            for one, other in zip(*pairs):
                number = re.fullmatch(r"-?[0-9]+\.[0-9]+", other)
                if number and re.fullmatch(r"-?[0-9.]+", one) and math.isclose(float(one), float(other), abs_tol=6e-7):
                    self.figures += 1
                else:
                    self.cell(f"{name}, {theirs}", one, other)


def main():
    study, seen = Study(), Comparison()
    sample, made = Sample(study), indicators.make(study)
    seen.indicators("indicators.csv", made)
    seen.indicators("funnel.csv", {key: ours for key, ours in made.items() if key[0] == "I-01"})
    total, reached, rows = sum(study.counts.values()), 0, []
    for rank, code in enumerate(sample.ranked, 1):
        reached += study.counts[code]
        rows.append([rank, code, study.counts[code], study.counts[code] / total, reached, reached / total])
    seen.table("concentration.csv", rows)
    pairs = [("optimal", *pair) for pair in sample.optimal] + [("greedy", *pair) for pair in sample.greedy]
    seen.table("sample.csv", [[*pair, *sample.values[pair[1]], *sample.values[pair[2]]] for pair in pairs])
    seen.table("balance.csv", sample.balance())
    employed = lambda code: zip(ROLES, study.practices[code]["employed"])
    meet = lambda code: " ".join(role for role, people in employed(code) if people)
    seen.table("frame.csv", [[*seat, meet(seat[0]), "not-asked"] for seat in sample.seats()])
    seen.lines("protocol.txt", list(sample.protocol()))
    if "--figures" in sys.argv[1:]:
        import charts

        charts.draw(BUNDLE / "figures", study, sample, made)
    print(f"figures={seen.figures} differing={seen.differing}")
    return 1 if seen.differing or not seen.figures else 0


if __name__ == "__main__":
    sys.exit(main())
