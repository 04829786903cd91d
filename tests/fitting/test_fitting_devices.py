"""Where to compute."""

import pytest

from vaeworks.errors import VaeworksError
from vaeworks.fitting.devices import pick_device


def test_a_device_that_is_not_there_is_refused_and_those_that_are_named():
    with pytest.raises(VaeworksError, match=r"'abacus'.*cpu"):
        pick_device("abacus")
    assert pick_device("cpu") == "cpu"
    assert pick_device("auto") in ("cpu", "cuda", "mps")
