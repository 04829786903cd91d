"""What is printed, whatever the numbers and whatever the standard output can say."""

import io
import json
import math
import sys

import pytest

from vaeworks import VaeworksError
from vaeworks.cli.render import show
from vaeworks.finite import nulled


@pytest.fixture
def printed(monkeypatch):
    """What standard output of an encoding holds in the end."""

    def run(result, as_json, encoding):
        raw = io.BytesIO()
        with io.TextIOWrapper(raw, encoding) as out, monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", out)
            show(result, as_json)
            out.flush()
            return raw.getvalue().decode(encoding)

    return run


def refuse(constant):
    raise AssertionError(f"{constant} is no JSON")


def test_json_never_holds_what_is_not_finite(printed):
    result = {"a": math.nan, "rows": [{"b": -math.inf, "c": 1.5}], "d": {"e": [math.inf]}}
    found = json.loads(printed(result, True, "utf-8"), parse_constant=refuse)
    assert found == {"a": None, "rows": [{"b": None, "c": 1.5}], "d": {"e": [None]}}


ROWS = [{"text": "a", "probability": 0.5}, {"text": "b\nc\x1b", "probability": math.nan}]


@pytest.mark.parametrize("rows", [ROWS, ROWS[:1], []])
@pytest.mark.parametrize("as_json", [True, False])
def test_rows_that_come_one_by_one_are_printed_like_a_list(printed, rows, as_json):
    rest = {"name": "x", "figures": {"kl_nats": 1.5}}
    found = printed({"rows": iter(rows), **rest}, as_json, "utf-8")
    assert found == printed({"rows": rows, **rest}, as_json, "utf-8")
    assert "\x1b" not in found
    if as_json:
        assert json.loads(found) == {
            "rows": [{**row, "probability": nulled(row["probability"])} for row in rows],
            **rest,
        }


def test_nothing_is_printed_where_a_row_cannot_be_known(printed, capsys):
    def rows():
        yield ROWS[0]
        raise VaeworksError("no more")

    with pytest.raises(VaeworksError, match="no more"):
        show({"rows": rows()}, True)
    assert capsys.readouterr().out == ""


def test_an_empty_result_is_an_empty_object(printed):
    assert printed({}, True, "utf-8") == "{}\n"


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "ascii"])
def test_json_of_any_text_is_printed_in_any_encoding(printed, encoding):
    result = {"text": "naïve 😀 日本 \ud800"}
    assert json.loads(printed(result, True, encoding)) == result


def test_people_read_what_the_encoding_lacks_as_escapes(printed):
    assert printed({"text": "naïve 日"}, False, "cp1252").split() == ["text", "naïve", r"\u65e5"]
