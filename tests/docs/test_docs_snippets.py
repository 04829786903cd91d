"""Python that a reader would copy runs: blocks of the README and the guides, and examples in docstrings."""

import doctest
import importlib
from pathlib import Path

import pytest

import vaeworks

from .markdown import PAGES, fenced

SOURCE = Path(vaeworks.__file__).parent
PAGES_WITH_PYTHON = [page for page in PAGES if fenced(page, "python")]
WITH_EXAMPLES = {
    ".".join(("vaeworks", *path.relative_to(SOURCE).with_suffix("").parts)).removesuffix(".__init__")
    for path in SOURCE.rglob("*.py")
    if ">>> " in path.read_text(encoding="utf-8")
}


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES_WITH_PYTHON)
def test_the_python_of_a_page_runs_from_top_to_bottom(page, spoken_of):
    for line, block in fenced(page, "python"):
        exec(compile("\n" * (line - 1) + block, page, "exec"), spoken_of)


@pytest.mark.parametrize("name", sorted(WITH_EXAMPLES))
def test_the_examples_of_a_module_give_what_they_say(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tried = doctest.testmod(importlib.import_module(name))
    assert tried.attempted
    assert tried.failed == 0


def test_no_example_is_left_out():
    assert [path for path in SOURCE.rglob("*.py") if "doctest: +SKIP" in path.read_text(encoding="utf-8")] == []
