"""Every figure of a table that names a benchmark stands in the results of that benchmark, to the digits shown."""

import json
import math
import re
from functools import cache

import pytest

from .markdown import PAGES, ROOT, tables

RESULTS = ROOT / "benchmarks" / "results"
SCRIPT = re.compile(r"\b(\w+)\.py\b")
NUMBER = re.compile(r"-?\d+(?:,\d{3})*(?:\.\d+)?")
SHOWN = re.compile(rf"(?<![\w.,-]){NUMBER.pattern}%?(?!\w)")
UNITS = {"minute": 1 / 60, "GB": 1e-9}  # of what is kept in seconds and bytes
DERIVED = {
    "15": lambda: (
        result("text_seed")["ours, the same words and length"]["real_tokens_a_second"]
        / result("text_seed")["old"]["real_tokens_a_second"]
    ),
    "751.5": lambda: result("text_without_z")["without z, exact"]["nats"] - without_z("nats a review that z wins"),
    "754.8": lambda: math.log(without_z("ours")["perplexity_elbo"]) * without_z("tokens") / 250,
}
UNRECORDED = {"90.5%": "the two commands of its row print it; no script keeps it"}


def without_z(name):
    return result("text_without_z")[name]


@cache
def result(script):
    return json.loads((RESULTS / f"{script}.json").read_text(encoding="utf-8"))


def measured_rows():
    return list(each_measured_row())


def each_measured_row():
    """Page and line of each row whose figures a benchmark measured, with the scripts that did."""
    for page in PAGES:
        for table in tables(page):
            above = named(" ".join(table.header)) or named(table.prose)
            for line, row in table.rows.items():
                if scripts := named(" ".join(row)) or above:
                    yield pytest.param(row, scripts, id=f"{page}:{line}")


def named(text):
    """The scripts with results that a text names."""
    return [name for name in SCRIPT.findall(text) if (RESULTS / f"{name}.json").exists()]


def figures(row):
    """The figures of a row, each with the scales on which it may be kept; whole numbers of its heading are settings."""
    for place, cell in enumerate(row):
        scales = [1, *(scale for unit, scale in UNITS.items() if unit in row[0] + cell)]
        for figure in SHOWN.findall(re.sub(r"`[^`]*`|\*", "", cell)):
            if place or "." in figure:
                yield figure, [100] if figure.endswith("%") else scales


def numbers(node):
    """Every number in a result, those in names and notes included."""
    if isinstance(node, dict):
        return [number for pair in node.items() for part in pair for number in numbers(part)]
    if isinstance(node, list):
        return [number for part in node for number in numbers(part)]
    if isinstance(node, str):
        return [as_number(word) for word in NUMBER.findall(node)]
    return [float(node)] if isinstance(node, (int, float)) else []


def as_number(word):
    return float(word.replace(",", ""))


def is_shown_as(figure, number):
    """Whether a number is this figure to the digits shown."""
    digits = figure.rstrip("%")
    decimals = len(digits.partition(".")[2])
    return abs(number - as_number(digits)) <= 0.5 * 10**-decimals * (1 + 1e-9)


@pytest.mark.parametrize(("row", "scripts"), measured_rows())
def test_every_figure_of_a_row_stands_in_the_results_of_its_script(row, scripts):
    known = [number for script in scripts for number in numbers(result(script))]
    lost = []
    for figure, scales in figures(row):
        found = any(is_shown_as(figure, number * scale) for number in known for scale in scales)
        derived = figure in DERIVED and is_shown_as(figure, DERIVED[figure]())
        if not found and not derived and figure not in UNRECORDED:
            lost.append(figure)
    assert lost == []


def test_every_benchmark_that_a_table_names_has_results():
    rows = [row for page in PAGES for table in tables(page) for row in (table.header, *table.rows.values())]
    scripts = {path.stem for path in RESULTS.parent.glob("*.py")}
    assert {name for row in rows for name in SCRIPT.findall(" ".join(row))} & scripts <= {*kept()}


def test_rows_of_every_result_are_looked_at():
    """So that no table loses its script, and with it this look."""
    shown = {script for row in measured_rows() for script in row.values[1]}
    assert {*kept()} == shown


def kept():
    """The benchmarks that left results."""
    return [path.stem for path in RESULTS.glob("*.json")]


@pytest.mark.parametrize(
    ("figure", "number", "same"),
    [
        ("91.5%", 91.492, True),
        ("91.5%", 91.44, False),
        ("1,240", 1239.74, True),
        ("1,240", 1241.0, False),
        ("-0.048", -0.0478, True),
        ("1.00", 1.0000452, True),
    ],
)
def test_a_figure_is_a_number_rounded(figure, number, same):
    assert is_shown_as(figure, number) is same
