"""The names that `vaeworks` itself has: all are found, and none is imported before it is asked for."""

import subprocess
import sys

import pytest

import vaeworks
from vaeworks.kinds import KINDS


@pytest.mark.parametrize("name", vaeworks.__all__)
def test_every_public_name_is_found(name):
    assert getattr(vaeworks, name).__name__ == name


def test_every_kind_and_its_session_are_public():
    assert {"Session", *(kind.estimator for kind in KINDS.values())} <= set(vaeworks.__all__)


def test_importing_and_listing_the_package_imports_nothing_heavy():
    heavy = "{'torch', 'numpy', 'sklearn', 'pyarrow', 'safetensors', 'lightning_fabric'}"
    code = f"import sys, vaeworks; dir(vaeworks); print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_what_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'Sesion'"):
        vaeworks.Sesion  # noqa: B018
