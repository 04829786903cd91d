"""The guides tell every kind by one plan, and what they say of figures is what the report says."""

import re

import pytest

from vaeworks import load
from vaeworks.estimator.panels import figures_panel
from vaeworks.kinds import KINDS
from vaeworks.pretrained import names
from vaeworks.wording import meaning_of

from .markdown import INLINE, tables, text_of

PLAN = ["From the shell", "From Python", "What the figures mean", "Limits"]


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_a_guide_by_the_plan(kind):
    lead, *sections = re.split(r"^## ", text_of(f"docs/{kind}.md"), flags=re.MULTILINE)
    headings = [section.splitlines()[0] for section in sections]
    assert [heading for heading in headings if heading in PLAN] == PLAN
    assert (headings[0], headings[-1]) == (PLAN[0], PLAN[-1])
    assert len(lead.split()) > 10  # what it is for


@pytest.mark.parametrize("kind", KINDS)
def test_the_keys_of_a_guide_have_a_meaning_in_reports(kind):
    named = [row[0] for table in tables(f"docs/{kind}.md") if table.header[0] == "key" for row in table.rows.values()]
    keys = [key for cell in named for key in INLINE.findall(cell) if key != "label"]
    assert keys
    assert [key for key in keys if meaning_of(key) is None] == []


@pytest.mark.parametrize("model", names())
def test_a_report_says_what_each_figure_is(model):
    rows = [row for row in figures_panel(load(model)).data["rows"] if row[1] != "-"]
    assert [name for name, _, meaning in rows if meaning is None and not re.search(r" on \d+$", name)] == []
