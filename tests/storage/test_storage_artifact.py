"""A fitted model on disk: written whole, read anywhere, refused when it is not what it should be."""

import json
import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from itertools import count
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from vaeworks import VaeworksError, load
from vaeworks.storage.artifact import files_of, read_config, write_metrics
from vaeworks.storage.digests import digest_of_settings, id_of

from .numbered import Numbered, loaded

FILES = {"config.json", "model.safetensors", "aggregated.safetensors", "data.json", "metrics.json", "card.md"}


@pytest.fixture(scope="module")
def saved(tiny_text_model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "saved"
    tiny_text_model.save(folder)
    return folder


@pytest.fixture
def copy(saved, tmp_path):
    return shutil.copytree(saved, tmp_path / "copy")


def without_digests(folder):
    """As models were saved before they had some."""
    config = json.loads((folder / "config.json").read_text())
    del config["digests"]
    (folder / "config.json").write_text(json.dumps(config))


def test_a_model_is_one_folder_with_nothing_beside_it(saved):
    assert {path.name for path in saved.iterdir()} == FILES
    assert list(saved.parent.iterdir()) == [saved]


def test_a_loaded_model_has_the_parameters_and_figures_of_the_saved_one(saved, tiny_text_model):
    model = load(saved)
    assert model.get_params() == tiny_text_model.get_params()
    figures = json.loads(json.dumps(tiny_text_model.metrics_))
    assert model.metrics_ == figures | {"model_id": id_of(read_config(saved))}
    assert model.history_ == model.metrics_["history"]
    assert model.classes_.tolist() == ["bad", "good"]
    assert not model.model_.training


def test_a_loaded_model_can_be_saved_again(saved, tmp_path, tiny_corpus):
    again = tmp_path / "again"
    load(saved).save(again)
    assert np.array_equal(load(again).transform(tiny_corpus[0][:5]), load(saved).transform(tiny_corpus[0][:5]))


def test_an_existing_folder_is_refused_and_left_as_it_was(copy, tiny_text_model):
    (copy / "mine").touch()
    with pytest.raises(VaeworksError, match="exists already"):
        tiny_text_model.save(copy)
    assert (copy / "mine").exists()


def test_a_model_is_replaced_where_asked_and_other_files_stay(copy, tiny_text_model):
    (copy / "mine").write_text("mine")
    before = (copy / "config.json").read_text()
    tiny_text_model.save(copy, overwrite=True)
    assert (copy / "config.json").read_text() != before
    assert (copy / "mine").read_text() == "mine"
    assert len(list(copy.iterdir())) == 7


@pytest.mark.parametrize(
    "content", ["{}", '{"architectures": ["BertModel"], "model_type": "bert"}', "[]"], ids=["none", "other", "list"]
)
def test_a_folder_of_another_program_is_never_replaced(tmp_path, tiny_text_model, content):
    (tmp_path / "config.json").write_text(content)
    (tmp_path / "model.safetensors").write_text("theirs")
    with pytest.raises(VaeworksError, match="is not a model, so it is not replaced"):
        tiny_text_model.save(tmp_path, overwrite=True)
    assert (tmp_path / "model.safetensors").read_text() == "theirs"
    assert len(list(tmp_path.iterdir())) == 2


def test_a_damaged_model_can_be_replaced(copy, tiny_text_model):
    (copy / "config.json").write_text("{")
    tiny_text_model.save(copy, overwrite=True)
    assert load(copy)


def test_a_save_that_breaks_leaves_the_old_model(copy, tiny_text_model, monkeypatch):
    def broken():
        raise KeyboardInterrupt

    monkeypatch.setattr(tiny_text_model, "card", broken, raising=False)
    before = (copy / "config.json").read_text()
    with pytest.raises(KeyboardInterrupt):
        tiny_text_model.save(copy, overwrite=True)
    assert (copy / "config.json").read_text() == before
    assert load(copy)


def test_parameters_that_are_numpy_numbers_are_saved_as_plain_ones(tiny_text_model, tmp_path):
    plain = {"latent_dim": 4, "learning_rate": 0.5, "lower": True}
    numbers = {"latent_dim": np.int64(4), "learning_rate": np.float32(0.5), "lower": np.bool_(True)}
    deepcopy(tiny_text_model).set_params(**numbers).save(tmp_path / "model")
    assert read_config(tmp_path / "model")["parameters"].items() >= plain.items()


def test_a_place_with_no_model_is_named(tmp_path):
    with pytest.raises(VaeworksError, match=r"no model at .*nowhere"):
        load(tmp_path / "nowhere")


def test_a_folder_that_is_no_model_is_refused(tmp_path):
    with pytest.raises(VaeworksError, match=r"is not a model: it has no config\.json"):
        load(tmp_path)


def changed(folder, **values):
    """As one would who knows how: the digest of the config fits."""
    path = folder / "config.json"
    config = json.loads(path.read_text()) | values
    config["digests"]["settings"] = digest_of_settings(config)
    path.write_text(json.dumps(config))


def test_a_config_that_was_changed_is_damage(copy):
    path = copy / "config.json"
    config = json.loads(path.read_text())
    config["parameters"]["max_tokens"] += 1  # its weights would load, and other words be counted
    path.write_text(json.dumps(config))
    with pytest.raises(VaeworksError, match="damaged: its config was changed after it was saved"):
        load(copy)
    config["parameters"]["max_tokens"] -= 1
    config["made_by"] = {}
    path.write_text(json.dumps(config, sort_keys=True))
    known = load(copy)
    known.set_params(missing_label=float("nan")).save(copy, overwrite=True)
    assert np.isnan(load(copy).missing_label)


def test_a_newer_format_is_refused(copy):
    changed(copy, format=99)
    with pytest.raises(VaeworksError, match="newer vaeworks"):
        load(copy)


def test_files_that_are_none_of_a_model_are_neither_read_nor_touched(copy, tiny_text_model):
    config = json.loads((copy / "config.json").read_text())
    (copy / "config.json").write_text(json.dumps({**config, "further": ["../../../other"]}))
    with pytest.raises(VaeworksError, match="names files that are none of a model's"):
        load(copy)
    tiny_text_model.save(copy, overwrite=True)
    assert not list(copy.parent.rglob("other*"))
    assert load(copy).aggregated_ is not None


def test_a_kind_that_is_not_known_is_refused(copy):
    changed(copy, kind="smell")
    with pytest.raises(VaeworksError, match="'smell'"):
        load(copy)


def test_a_parameter_that_is_not_known_is_refused(copy):
    changed(copy, parameters={"mood": 1})
    with pytest.raises(VaeworksError, match=r"damaged.*mood"):
        load(copy)


@pytest.mark.parametrize("name", ["config.json", "data.json", "metrics.json", "model.safetensors"])
def test_a_file_that_was_cut_is_refused_and_the_model_named(copy, name):
    content = (copy / name).read_bytes()
    (copy / name).write_bytes(content[: len(content) // 2])
    with pytest.raises(VaeworksError, match=r"copy.*damaged"):
        load(copy)


@pytest.mark.parametrize("name", ["aggregated.safetensors", "data.json", "metrics.json", "model.safetensors"])
def test_a_file_that_is_gone_is_refused_and_the_model_named(copy, name):
    (copy / name).unlink()
    with pytest.raises(VaeworksError, match="copy"):
        load(copy)


def test_weights_of_another_shape_are_refused(copy):
    parameters = json.loads((copy / "config.json").read_text())["parameters"]
    changed(copy, parameters=parameters | {"latent_dim": 7})
    with pytest.raises(VaeworksError, match="damaged"):
        load(copy)


@pytest.mark.parametrize("number", [torch.nan, torch.inf])
@pytest.mark.parametrize(
    ("file", "name"), [("model.safetensors", "posterior.linear.weight"), ("aggregated.safetensors", "aggregated.means")]
)
def test_weights_that_are_not_finite_are_refused_and_named(copy, file, name, number):
    tensors = load_file(copy / file)
    tensors[name.removeprefix("aggregated.")][0, 0] = number
    save_file(tensors, copy / file)
    without_digests(copy)
    with pytest.raises(VaeworksError, match=rf"copy is damaged \({name} is not finite\)"):
        load(copy)


def test_weights_that_are_not_finite_are_not_saved(tiny_text_model, tmp_path):
    model = deepcopy(tiny_text_model)
    model.model_.posterior.linear.weight.data[0, 0] = torch.nan
    with pytest.raises(VaeworksError, match=r"posterior\.linear\.weight would not be finite"):
        model.save(tmp_path / "model")
    assert list(tmp_path.iterdir()) == []


def test_weights_beyond_half_precision_are_not_saved_compact(tiny_text_model, tmp_path):
    model = deepcopy(tiny_text_model)
    model.model_.posterior.linear.weight.data[0, 0] = 1e6
    with pytest.raises(VaeworksError, match=r"posterior\.linear\.weight .* save without compact"):
        model.save(tmp_path / "model", compact=True)
    model.save(tmp_path / "model")


def test_metrics_are_replaced_alone(copy):
    write_metrics(copy, {"fit": {}, "history": [], "accuracy": 0.5})
    assert load(copy).metrics_["accuracy"] == 0.5


def test_metrics_of_a_model_that_was_replaced_meanwhile_are_refused(copy, tiny_text_model):
    model = load(copy)
    tiny_text_model.save(copy, overwrite=True)
    before = (copy / "metrics.json").read_bytes()
    with pytest.raises(VaeworksError, match=r"another model was saved to .*copy while this one was measured"):
        write_metrics(copy, {**model.metrics_, "accuracy": 0.5}, model)
    assert (copy / "metrics.json").read_bytes() == before
    model = load(copy)
    write_metrics(copy, {**model.metrics_, "accuracy": 0.5}, model)
    assert load(copy).metrics_["accuracy"] == 0.5


def test_a_model_of_an_earlier_version_loads_without_what_was_added_since(copy):
    config = json.loads((copy / "config.json").read_text())
    del config["save"], config["further"], config["digests"]["settings"]
    (copy / "config.json").write_text(json.dumps(config))
    (copy / "aggregated.safetensors").unlink()
    model = load(copy)
    assert model.aggregated_ is None
    write_metrics(copy, model.metrics_, model)


def test_a_model_without_an_aggregated_posterior_replaces_one_that_has_it(copy, tiny_text_model):
    bare = deepcopy(tiny_text_model)
    bare.aggregated_ = None
    bare.save(copy, overwrite=True)
    assert load(copy).aggregated_ is None
    assert {path.name for path in copy.iterdir()} == FILES - {"aggregated.safetensors"}


def test_tensors_of_others_in_a_folder_are_not_read(copy, tiny_text_model):
    (copy / "mine.safetensors").write_text("mine")
    assert load(copy)
    tiny_text_model.save(copy, overwrite=True)
    assert load(copy)
    assert (copy / "mine.safetensors").read_text() == "mine"


@pytest.mark.slow
@pytest.mark.parametrize(("over", "earlier", "others"), [("new", [], set()), ("over", [1], {"notes.txt"})])
def test_a_save_that_is_killed_at_any_step_leaves_the_earlier_model_or_the_new_one(tmp_path, over, earlier, others):
    command = [sys.executable, Path(__file__).with_name("killed_saves.py"), tmp_path, over]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    *killed, whole = json.loads(done.stdout)
    files = sorted(f"model/{name}" for name in FILES | others)
    for outcome in killed:
        assert outcome["then"] in (earlier, [2])
        assert (outcome["next"], outcome["left"]) == ([3], ["model", *files])
    assert whole["then"] == [2]
    assert len(killed) > 10


def test_a_model_that_is_read_while_others_are_saved_over_it_is_one_of_them(tmp_path):
    folder, done = tmp_path / "model", threading.Event()
    Numbered(0).save(folder)

    def save_on():
        for number in count(1):
            Numbered(number, beside=number % 2).save(folder, overwrite=True)
            if done.is_set():
                return

    read = set()
    with ThreadPoolExecutor(1) as pool:
        saving = pool.submit(save_on)
        try:
            while len(read) <= 10 and not saving.done():
                (number,) = loaded(folder).numbers()
                read.add(number)
        finally:
            done.set()
        saving.result()


def test_no_file_of_a_model_is_a_pickle(saved):
    for path in saved.iterdir():
        assert path.suffix in (".json", ".md", ".safetensors")
        assert not path.read_bytes().startswith(b"\x80")


def test_only_a_fitted_model_is_saved(tiny_text_model, tmp_path):
    from sklearn.base import clone
    from sklearn.exceptions import NotFittedError

    with pytest.raises(NotFittedError):
        clone(tiny_text_model).save(tmp_path / "model")


@pytest.mark.parametrize("file", files_of(["aggregated"]))
@pytest.mark.parametrize("seed", range(5))
def test_a_flipped_bit_is_damage(file, seed, copy):
    content, random = bytearray((copy / file).read_bytes()), np.random.default_rng(seed)
    content[random.integers(len(content))] ^= 1 << int(random.integers(8))
    (copy / file).write_bytes(content)
    with pytest.raises(VaeworksError, match=f"damaged: {file} is not the file that was saved with it"):
        load(copy)


def test_weights_of_another_fit_are_damage(copy, tiny_text_model, tmp_path):
    other = deepcopy(tiny_text_model)
    with torch.no_grad():
        next(other.model_.parameters()).add_(1)
    other.save(tmp_path / "other")
    shutil.copy(tmp_path / "other" / "model.safetensors", copy)
    with pytest.raises(VaeworksError, match=r"damaged: model\.safetensors"):
        load(copy)
    assert id_of(read_config(copy)) != id_of(read_config(tmp_path / "other"))


@pytest.mark.parametrize("size", [3, 10**9])
def test_a_config_of_other_sizes_than_the_weights_is_refused_before_it_gets_memory(size, copy):
    parameters = json.loads((copy / "config.json").read_text())["parameters"]
    changed(copy, parameters=parameters | {"latent_dim": size})
    with pytest.raises(VaeworksError, match=rf"damaged \(.* is \[.*\], and by its config \[{2 * size}"):
        load(copy)


def test_a_config_that_is_nested_without_end_is_damaged(copy):
    (copy / "config.json").write_text('{"kind":' + "[" * 100_000 + "]" * 100_000 + "}")
    with pytest.raises(VaeworksError, match="nested too deep"):
        load(copy)


def test_a_model_that_was_saved_without_digests_loads_with_a_word(copy, caplog):
    without_digests(copy)
    load(copy)
    assert "saved without digests of its files, so changes to them go unseen" in caplog.text


def test_card_and_metrics_name_the_model_and_an_evaluation_keeps_its_name(copy):
    known = id_of(read_config(copy))
    assert f"Model {known}," in (copy / "card.md").read_text()
    model = load(copy)
    write_metrics(copy, {**model.metrics_, "accuracy": 0.5}, model)
    assert json.loads((copy / "metrics.json").read_text())["model_id"] == known
