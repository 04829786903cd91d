"""What is not finite: no file holds it as JSON does not, and no fit that ends in it is a success."""

import json
import math
import sys

import numpy as np
import pytest
import torch
from safetensors import safe_open

from vaeworks import TabularVAE, VaeworksError, load
from vaeworks.core.batch import Batch
from vaeworks.estimator.panels import figures_panel
from vaeworks.finite import dumps, loads, nulled
from vaeworks.fitting.plan import Phase, Plan
from vaeworks.fitting.training import fit
from vaeworks.storage.rows import write_rows

from .toys import Examples, Silent, linear_gaussian_data, linear_vae

X = linear_gaussian_data(rows=30)
ROWS = X.double().numpy()
SMALL = {"latent_dim": 2, "width": 8, "epochs": 1, "neighbour_weight": 0.0, "device": "cpu"}


def strict(text):
    """JSON as any other program reads it."""

    def refuse(constant):
        raise AssertionError(f"{constant} is no JSON")

    return json.loads(text, parse_constant=refuse)


@pytest.mark.parametrize("number", [math.inf, -math.inf, 1.5])
def test_infinite_numbers_come_back_from_json_that_any_program_reads(number):
    value = {"a": [number, {"b": number}], "c": "Infinity", "d": None}
    assert strict(dumps(value)) is not None
    assert loads(dumps(value)) == value


def test_nan_comes_back_from_json_that_any_program_reads():
    assert strict(dumps([math.nan])) is not None
    assert math.isnan(loads(dumps([math.nan]))[0])


def test_what_is_not_finite_becomes_null_and_all_else_stays():
    figures = {"a": math.nan, "b": [1.0, -math.inf], "c": {"d": (math.inf, 2)}, "e": True, "f": "nan"}
    assert nulled(figures) == {"a": None, "b": [1.0, None], "c": {"d": [None, 2]}, "e": True, "f": "nan"}


def test_every_json_of_a_model_whose_parameters_are_not_finite_is_json_and_gives_them_back(tmp_path):
    labels = [0.0, math.inf] * 15
    TabularVAE(**SMALL, missing_label=math.nan).fit(ROWS, labels).save(tmp_path / "model")
    for path in (tmp_path / "model").glob("*.json"):
        strict(path.read_text())
    again = load(tmp_path / "model")
    assert math.isnan(again.missing_label)
    assert again.classes_.tolist() == [0.0, math.inf]


def test_a_model_that_was_saved_with_bare_nan_still_loads(tmp_path):
    TabularVAE(**SMALL).fit(ROWS).save(tmp_path / "model")
    config, metrics = (tmp_path / "model" / name for name in ("config.json", "metrics.json"))
    older = json.loads(config.read_text().replace('"missing_label": "auto"', '"missing_label": NaN'))
    del older["digests"]["settings"]
    config.write_text(json.dumps(older))
    before = json.loads(metrics.read_text())
    before["history"][0]["train"]["kl"] = math.nan
    metrics.write_text(json.dumps(before))
    again = load(tmp_path / "model")
    assert math.isnan(again.missing_label)
    assert again.history_[0]["train"]["kl"] is None


def test_figures_that_are_not_finite_are_null_on_disk(tmp_path):
    model = TabularVAE(**SMALL).fit(ROWS)
    model.metrics_ = {"perplexity": math.inf, **model.metrics_}
    model.save(tmp_path / "model")
    assert strict((tmp_path / "model" / "metrics.json").read_text())["perplexity"] is None


def test_halves_of_characters_come_back_from_disk(tmp_path):
    model = TabularVAE(**SMALL).fit(ROWS, ["a\ud800", "b"] * 15)
    model.save(tmp_path / "model")
    assert load(tmp_path / "model").classes_.tolist() == ["a\ud800", "b"]


def test_the_means_of_an_epoch_whose_every_step_was_skipped_are_none():
    broken = Examples(Batch(X[:6], torch.full((6, 5), torch.nan)), 1)
    [record] = fit(linear_vae(), broken, Plan((Phase(1),)))
    assert set(record["train"].values()) == {None}


def test_a_checkpoint_of_such_an_epoch_is_json_and_is_resumed(tmp_path):
    broken, settings = Examples(Batch(X[:6], torch.full((6, 5), torch.nan)), 1), {"missing_label": math.nan}
    path, plan = tmp_path / "state.safetensors", Plan((Phase(1),))
    history = fit(linear_vae(), broken, plan, checkpoint=path, settings=settings)
    with safe_open(path, framework="pt") as file:
        assert strict(file.metadata()["position"])["history"] == history
    assert fit(linear_vae(), broken, plan, checkpoint=path, settings=settings, resume=True) == history


def test_a_phase_that_ends_with_an_infinite_validation_loss_is_refused():
    far = Examples(Batch(X, X * 1e30), 30)
    with pytest.raises(VaeworksError, match=r"training broke: the validation loss.*lower learning_rate"):
        fit(linear_vae(), Examples(Batch(X), 30), Plan((Phase(2),)), validation=far)


def test_a_phase_that_once_had_a_finite_validation_loss_keeps_those_weights():
    class Break(Silent):
        def epoch(self, record):
            if record["epoch"] == 0:
                model.decoder.log_scale.data.fill_(torch.nan)

    torch.manual_seed(0)
    model = linear_vae()
    data = Examples(Batch(X), 30)
    first, second = fit(model, data, Plan((Phase(2),)), validation=data, monitors=[Break()])
    assert first["validation"]["negative_elbo"] is not None
    assert second["validation"]["negative_elbo"] is None
    assert model.decoder.log_scale.isfinite()


def test_a_tensorboard_and_a_progress_bar_bear_an_epoch_without_figures(tmp_path, capsys):
    from vaeworks.fitting.monitors import ProgressBar, TensorBoard

    none = dict.fromkeys(["reconstruction", "kl", "labels", "negative_elbo"])
    record = {"epoch": 0, "step": 1, "train": none, "validation": none, "seconds": 1.0}
    for monitor in (ProgressBar(), TensorBoard(tmp_path)):
        monitor.start(1)
        monitor.epoch(record)
        monitor.stop()
    assert "held out" not in capsys.readouterr().err


def test_a_fit_that_ends_in_figures_that_are_not_finite_is_refused_and_not_fitted():
    model = TabularVAE(**{**SMALL, "epochs": 4}, validation_fraction=0.0).fit(ROWS)
    with pytest.raises(VaeworksError, match=r"training broke: .*is not finite: lower learning_rate"):
        model.set_params(learning_rate=1e6).fit(ROWS)
    assert not model.__sklearn_is_fitted__()


def test_a_fit_ends_well_where_the_system_does_not_count_memory(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "resource", None)  # as on Windows
    model = TabularVAE(**SMALL).fit(ROWS)
    assert model.metrics_["fit"]["held_out"]["peak_memory_bytes"] is None
    model.save(tmp_path / "model")
    assert "| peak_memory_bytes | - |" in (tmp_path / "model" / "card.md").read_text()
    rows = figures_panel(load(tmp_path / "model")).data["rows"]
    assert ["peak memory bytes", "-"] in [row[:2] for row in rows]
    assert all(meaning for name, _, meaning in rows if name not in ("dataset", "kl per unit nats"))
    assert np.isfinite(model.evaluate(ROWS)["negative_elbo_nats"])


def test_rows_that_are_written_as_json_lines_hold_no_word_of_pythons_own(tmp_path):
    write_rows([{"x": math.nan, "y": math.inf, "z": 1.5}], tmp_path / "rows.jsonl")
    assert strict((tmp_path / "rows.jsonl").read_text()) == {"x": None, "y": None, "z": 1.5}
