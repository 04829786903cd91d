"""What a fit shows: a bar on a terminal of 80 columns, and a line an epoch elsewhere."""

import io
import re

import numpy as np
import pytest
from rich.console import Console

from vaeworks import TabularVAE, progress
from vaeworks.datasets.downloads import fetch
from vaeworks.errors import VaeworksError
from vaeworks.fitting.monitors import ProgressBar
from vaeworks.progress import DownloadBar, counted_by

RECORD = {"epoch": 1, "step": 9, "objective": 800.0, "reconstruction": 754.7, "kl": 10.2}
DONE = {"epoch": 1, "seconds": 900.0, "validation": {"negative_elbo": 760.04}}


@pytest.fixture
def shown(monkeypatch):
    """What stands on a console of so many columns, or off a terminal where there are none."""
    out = io.StringIO()

    def on(columns=None):
        there = Console(file=out, force_terminal=columns is not None, width=columns or 80, color_system=None)
        monkeypatch.setattr(progress, "console", lambda: there)
        return out

    return on


def fit():
    bar = ProgressBar()
    bar.start(100)
    bar.step(RECORD)
    bar.epoch(DONE)
    bar.step(RECORD | {"step": 10})
    bar.stop()


def test_off_a_terminal_there_is_a_line_an_epoch_and_no_bar(shown):
    out = shown()
    fit()
    assert out.getvalue().splitlines() == ["epoch 2 took 900 s, 0 s left  held out -760.0 nats"]


def test_the_last_column_of_the_bar_is_not_cut(shown):
    out = shown(80)
    fit()
    plain = re.sub(r"\x1b\[[?0-9]*[A-Za-z]", "", out.getvalue()).replace("\r", "\n")
    last = [line for line in plain.splitlines() if line.strip()][-1]
    assert "held out -760.0 nats" in last
    assert last.rstrip().endswith("left")
    assert len(last) <= 80


@pytest.mark.parametrize(("verbose", "columns", "said"), [(True, 80, True), (False, 80, False), (True, None, False)])
def test_a_terminal_is_told_that_data_are_read_before_the_first_step(shown, verbose, columns, said):
    out = shown(columns)
    TabularVAE(latent_dim=1, epochs=1, verbose=verbose).fit(np.random.default_rng(0).normal(size=(40, 2)))
    assert ("reading the data" in out.getvalue().partition("epoch 1")[0]) == said


def test_what_is_counted_shows_nothing_off_a_terminal(shown):
    out = shown()
    assert list(counted_by("abc", 3, "letters", len)) == ["a", "b", "c"]
    assert out.getvalue() == ""


def test_a_download_shows_how_much_is_here(shown):
    out = shown(80)
    bar = DownloadBar("imdb.tar.gz")
    bar.total = 84_000_000
    bar.update(21_000_000)
    bar.progress.refresh()
    assert "imdb.tar.gz: 21 of 84 MB" in out.getvalue()
    bar.reset()
    bar.update(84_000_000)
    bar.close()


def test_a_download_that_fails_leaves_no_bar(shown, tmp_path, monkeypatch):
    shown(80)
    closed = []
    monkeypatch.setattr(DownloadBar, "close", lambda bar: closed.append(bar.progress.stop()))
    with pytest.raises(VaeworksError, match="no connection"):
        fetch("imdb", "http://127.0.0.1:9/imdb.tar.gz", tmp_path / "imdb.tar.gz")
    assert len(closed) == 1
