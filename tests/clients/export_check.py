"""The study's exports as other software reads them: frictionless, csvw, fhir.resources, jsonschema, pandas, pyarrow, networkx.

Takes folders, each with the exports of one tier. Writes how much of each kind was looked at, and every fault found. The CSV of a
table is the truth: each other format is read back and compared with it.
"""

import json
import logging
import re
import sys
import warnings
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import networkx as nx
import pandas as pd
from csvw import CSVW, Table
from fhir.resources.R4B.bundle import Bundle
from frictionless import Package
from jsonschema import Draft202012Validator

warnings.filterwarnings("ignore")

# From the documentation, «Sending bulks of data values»: docs.dhis2.org, Developer, Web API, Data. Values are strings; a period is
# a month as 202611 or a quarter as 2026Q4; identifiers are codes, as `idScheme` says, of at most fifty characters.
CODE = {"type": "string", "minLength": 1, "maxLength": 50}
DATA_VALUE_SETS = {
    "type": "object",
    "required": ["dataValues"],
    "additionalProperties": False,
    "properties": {
        "dataSet": CODE,
        "idScheme": {"enum": ["uid", "code", "name"]},
        "completeDate": {"type": "string", "format": "date"},
        "dataValues": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["dataElement", "period", "orgUnit", "value"],
                "additionalProperties": False,
                "properties": {
                    "dataElement": CODE,
                    "period": {"type": "string", "pattern": r"^\d{4}(0[1-9]|1[0-2]|Q[1-4])$"},
                    "orgUnit": CODE,
                    "categoryOptionCombo": CODE,
                    "attributeOptionCombo": CODE,
                    "value": {"type": "string", "pattern": r"^(0|[1-9]\d*)$"},
                },
            },
        },
    },
}

looked = Counter()
faults = []


def check(kind, what, right):
    looked[kind] += 1
    if not right:
        faults.append([kind, str(what)])


def read(path):
    """A CSV as texts, whatever they look like."""
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def typed(folder, name, texts):
    """A table's cells as Python values, by the dictionary."""
    words = read(folder / "dictionary.csv")
    kinds = {row.column: row.type for row in words[words.table == name].itertuples()}
    check("dictionary", name, list(kinds) == list(texts.columns))
    make = {
        "text": str,
        "month": str,
        "integer": int,
        "number": float,
        "boolean": lambda cell: {"true": True, "false": False}[cell],
        "date": date.fromisoformat,
    }
    return {column: [make[kinds[column]](cell) if cell else None for cell in texts[column]] for column in texts.columns}


def plain(value):
    """A cell as pandas hands it out, as a Python value."""
    if value is None or value is pd.NaT or (isinstance(value, float) and value != value) or value is pd.NA:
        return None
    if isinstance(value, datetime):
        return value.date()
    return value.item() if hasattr(value, "item") else value


def same(kind, name, expected, found):
    """Every column and cell of a table read back. A number of a spreadsheet has no type of its own: 2.0 is 2."""
    check(kind, [name, "columns"], list(expected) == list(found.columns))
    for column, cells in expected.items():
        back = [plain(cell) for cell in found[column]]
        wrong = [(place, a, b) for place, (a, b) in enumerate(zip(cells, back)) if a != b or isinstance(a, bool) != isinstance(b, bool)]
        check(kind, [name, column, wrong[:3]], len(back) == len(cells) and not wrong)


def tables(folder):
    names = sorted(path.stem for path in folder.glob("*.csv"))
    with pd.ExcelFile(folder / "study.xlsx", engine="openpyxl") as book:
        check("xlsx", book.sheet_names, sorted(book.sheet_names) == names)
        sheets = {name: book.parse(name, dtype=object, keep_default_na=False, na_values=[""]) for name in book.sheet_names}
    for name in names:
        expected = typed(folder, name, read(folder / f"{name}.csv"))
        same("xlsx", name, expected, sheets[name])
        parquet = pd.read_parquet(folder / "parquet" / f"{name}.parquet", dtype_backend="pyarrow").astype(object)
        same("parquet", name, expected, parquet)
        norwegian(folder, name, expected)


def norwegian(folder, name, expected):
    path = folder / "excel" / f"{name}.csv"
    raw = path.read_bytes()
    check("excel", [name, "mark and line ends"], raw.startswith(b"\xef\xbb\xbf") and raw.count(b"\n") == raw.count(b"\r\n"))
    texts = pd.read_csv(path, sep=";", dtype=str, keep_default_na=False, encoding="utf-8-sig")
    numbers = {column for column, cells in expected.items() if any(isinstance(cell, float) for cell in cells)}
    for column in numbers:
        check("excel", [name, column, "decimal point"], not texts[column].str.contains(".", regex=False).any())
        texts[column] = texts[column].str.replace(",", ".", regex=False)
    same("excel", name, expected, pd.DataFrame(typed(folder, name, texts), dtype=object))


def frictionless(folder):
    package = Package(str(folder / "datapackage.json"))
    paths = sorted(str(path.relative_to(folder)) for path in folder.rglob("*.csv"))
    check("frictionless", "every CSV is a resource", sorted(one.path for one in package.resources) == paths)
    report = package.validate()
    check("frictionless", report.flatten(["title", "fieldName", "rowNumber", "note"])[:3], report.valid)
    for task in report.tasks:
        check("frictionless", [task.name, task.stats], task.valid and task.stats["rows"] > 0)


def annotations(folder):
    for path in sorted(folder.glob("*.csv")):
        metadata = path.with_name(path.name + "-metadata.json")
        columns = json.loads(metadata.read_text(encoding="utf-8"))["tableSchema"]["columns"]
        # csvw goes by place and does not compare the header.
        check("csvw", [path.name, "header"], [column["titles"] for column in columns] == list(read(path).columns))
        found = CSVW(str(metadata), validate=True)
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            check("csvw", [path.name, [str(one.message) for one in found.warnings]], found.is_valid and not found.warnings)
        check("csvw", [path.name, [str(one.message) for one in told]], not told)
        table = Table.from_file(metadata)
        rows = list(table.iterdicts(strict=True))
        check("csvw", [path.name, "rows"], len(rows) == len(read(path)))
        check("csvw", [path.name, "key"], table.check_primary_key(log=logging.getLogger("csvw")))


def fhir(folder):
    figures = read(folder / "indicators.csv")
    for path in sorted((folder / "fhir").glob("*.json")):
        bundle = Bundle.model_validate_json(path.read_text(encoding="utf-8"))
        measure, *reports = [entry.resource for entry in bundle.entry]
        check("fhir", [path.name, "measure"], measure.get_resource_type() == "Measure" and measure.id == path.stem)
        ids = [report.id for report in reports]
        check("fhir", [path.name, "ids"], len(set(ids)) == len(ids) and all(re.fullmatch(r"[A-Za-z0-9.\-]{1,64}", one) for one in ids))
        groups, scores, masked = 0, [], 0
        for report in reports:
            check("fhir", report.id, report.type == "summary" and report.measure == f"{measure.url}|{measure.version}")
            check("fhir", [report.id, "period"], report.period.start <= report.period.end)
            for group in report.group:
                groups += 1
                codes = [one.code.coding[0].code for one in group.population]
                check("fhir", [report.id, codes], codes == ["numerator", "denominator"])
                masked += all(one.count is None and one.count__ext for one in group.population)
                scores += [float(group.measureScore.value)] if group.measureScore else []
        rows = figures[figures.indicator == path.stem]
        check("fhir", [path.name, "groups"], groups == len(rows) and masked == (rows["flags"] == "hidden").sum())
        check("fhir", [path.name, "scores"], sorted(scores) == sorted(float(value) for value in rows.value if value))


def dhis2(folder):
    payload = json.loads((folder / "dhis2.json").read_text(encoding="utf-8"))
    problems = [error.message for error in Draft202012Validator(DATA_VALUE_SETS).iter_errors(payload)]
    check("dhis2", problems[:3], not problems)
    values = payload["dataValues"]
    keys = {(one["orgUnit"], one["period"]) for one in values}
    check("dhis2", "one value of a unit and period", len(keys) == len(values))
    if (folder / "panel.csv").exists():
        panel = read(folder / "panel.csv")
        panel = panel[(panel.live == "true") | (panel.referrals != "0")]
        expected = {(row.practice, row.month.replace("-", ""), row.referrals) for row in panel.itertuples()}
    else:
        panel = read(folder / "panel_by_class.csv")
        panel = panel[(panel["class"] != "all") & (panel.quarter != "all") & (panel.hidden == "false")]
        expected = {(row[1].replace(" ", "_"), row.quarter, row.referrals) for row in panel.itertuples()}
    check("dhis2", "as in the panel", {(one["orgUnit"], one["period"], one["value"]) for one in values} == expected)
    check("dhis2", "zeros are values", any(one["value"] == "0" for one in values))


def network(folder):
    path = folder / "network.graphml"
    check("graphml", "with its tables or not at all", path.exists() == (folder / "edges.csv").exists())
    if path.exists():
        graph, edges, nodes = nx.read_graphml(path), read(folder / "edges.csv"), read(folder / "nodes.csv")
        found = sorted((graph.nodes[a]["code"], graph.nodes[b]["code"], data["quarter"], data["weight"]) for a, b, data in graph.edges(data=True))
        expected = sorted((row.practice, row.specialist, row.quarter, float(row.referrals)) for row in edges.itertuples())
        check("graphml", "edges", found == expected)
        sides = {(data["side"], data["code"]) for _, data in graph.nodes(data=True)}
        check("graphml", "nodes", sides == set(zip(nodes.side, nodes.node)))


for name in sys.argv[1:]:
    for look in (frictionless, annotations, tables, fhir, dhis2, network):
        look(Path(name))
print(json.dumps({"looked": looked, "faults": faults[:20]}, ensure_ascii=False))
