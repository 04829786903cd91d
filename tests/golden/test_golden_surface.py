"""Nothing public appears, vanishes or changes its default unseen."""

import json

from .surface import KEPT, surface


def test_parameters_and_options_are_those_that_were_last_written_down():
    """After a change that is meant: `python -m tests.golden.surface`."""
    assert surface() == json.loads(KEPT.read_text(encoding="utf-8"))
