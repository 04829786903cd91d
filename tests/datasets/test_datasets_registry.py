"""The table of named sets: what it says of each, and that asking is cheap."""

import subprocess
import sys
from pathlib import Path

import pytest

from vaeworks.datasets import NAMED, describe, is_named, load_texts
from vaeworks.datasets.registry import NAMED_OF_KIND
from vaeworks.errors import VaeworksError

COME_WITH_SCIKIT_LEARN = ("digits", "iris", "wine", "breast-cancer")


def test_importing_the_room_imports_nothing_heavy():
    heavy = "{'torch', 'numpy', 'pyarrow', 'pooch', 'requests', 'PIL', 'sklearn', 'scipy'}"
    code = f"import sys, vaeworks.datasets; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_describing_all_sets_imports_nothing_slow():
    code = (
        "import sys; from vaeworks.datasets import NAMED, describe; [describe(name) for name in NAMED];"
        "print(sorted({'torch', 'pyarrow', 'sklearn', 'scipy', 'PIL'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", NAMED)
def test_every_set_is_described(name):
    about = describe(name)
    assert set(about) == {"name", "kind", "rows", "splits", "licence", "source", "local", "cached"}
    assert about["name"] == name
    assert name in NAMED_OF_KIND[about["kind"]]
    assert about["cached"] is (name in COME_WITH_SCIKIT_LEARN)
    assert "--data" in about["local"]


def test_an_unknown_set_is_not_described():
    with pytest.raises(VaeworksError, match="did you mean rotten"):
        describe("roten")


def test_a_path_is_never_a_name():
    assert is_named("imdb")
    assert not is_named(Path("imdb"))
    assert not is_named("./imdb")


def test_a_named_set_knows_its_columns():
    with pytest.raises(VaeworksError, match="knows its own columns"):
        load_texts("imdb", label="rating")


def test_without_vaeworks_cache_sets_are_kept_in_the_users_cache(monkeypatch, tmp_path):
    from vaeworks.datasets.cache import cache_folder

    monkeypatch.delenv("VAEWORKS_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    folder = cache_folder("imdb")
    assert folder.name == "imdb"
    assert "vaeworks" in str(folder)
