"""What `make demo` runs, on a few sentences."""

import logging
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import SimpleNamespace

import pytest

from vaeworks.cli.main import main

DEMO = Path(__file__).parents[2] / "examples" / "demo.py"
OTHERS = ["reconstruct", "predict", "denoise", "compress", "fit", "anomalies", "fit", "predict", "fit", "sample"]
SMALL = ("--epochs", "1", "--latent-dim", "4", "--max-tokens", "12", "--min-count", "1", "--device", "cpu")


def run(command):
    """A process of `vae`, without the seconds in which it imports torch."""
    assert command[0].name == "vae"
    sys.argv = [str(word) for word in command]
    with pytest.raises(SystemExit) as end:
        main()
    return SimpleNamespace(returncode=end.value.code)


@pytest.fixture
def demo(monkeypatch, tmp_path):
    """The example, which would start processes, in an empty folder with a few sentences."""
    rows = [f"a {('moving', 'dull')[row % 2]} film of {row} scenes,{('fresh', 'rotten')[row % 2]}" for row in range(60)]
    (tmp_path / "sentences.csv").write_text("\n".join(["text,label", *rows]))
    monkeypatch.chdir(tmp_path)
    spec = spec_from_file_location("demo", DEMO)
    loaded = module_from_spec(spec)
    spec.loader.exec_module(loaded)
    monkeypatch.setattr(logging.root, "handlers", logging.root.handlers[:])  # the command replaces them
    monkeypatch.setattr(loaded, "subprocess", SimpleNamespace(run=run))
    monkeypatch.setattr(sys, "argv", ["demo.py", "sentences.csv", *SMALL])
    return loaded


@pytest.mark.slow
def test_the_demo_fits_shows_every_verb_and_leaves_a_report(demo, capsys, tmp_path):
    demo.main()
    shown = [line.split()[2] for line in capsys.readouterr().out.splitlines() if line.startswith("$ vae ")]
    assert shown == ["fit", "evaluate", "reconstruct", "sample", "sample", "interpolate", "report", *OTHERS]
    assert (tmp_path / "report.html").stat().st_size > 10_000


def test_a_model_that_is_there_is_shown_and_not_fitted_again(demo, monkeypatch, tmp_path):
    (tmp_path / "models" / "demo").mkdir(parents=True)
    (tmp_path / "models" / "demo" / "config.json").touch()
    verbs = []
    monkeypatch.setattr(demo, "vae", lambda verb, *words: verbs.append(verb))
    demo.main()
    assert verbs == ["evaluate", "reconstruct", "sample", "sample", "interpolate", "report", *OTHERS]
