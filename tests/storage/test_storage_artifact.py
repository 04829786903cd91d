"""A fitted model on disk: written whole, read anywhere, refused when it is not what it should be."""

import json
import shutil
from copy import deepcopy

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from vaeworks import VaeworksError, load
from vaeworks.storage.artifact import read_config, write_metrics


@pytest.fixture(scope="module")
def saved(tiny_text_model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "saved"
    tiny_text_model.save(folder)
    return folder


@pytest.fixture
def copy(saved, tmp_path):
    return shutil.copytree(saved, tmp_path / "copy")


def test_a_model_is_one_folder_with_nothing_beside_it(saved):
    names = {path.name for path in saved.iterdir()}
    files = {"config.json", "model.safetensors", "aggregated.safetensors", "data.json", "metrics.json", "card.md"}
    assert names == files
    assert list(saved.parent.iterdir()) == [saved]


def test_a_loaded_model_has_the_parameters_and_figures_of_the_saved_one(saved, tiny_text_model):
    model = load(saved)
    assert model.get_params() == tiny_text_model.get_params()
    assert model.metrics_ == json.loads(json.dumps(tiny_text_model.metrics_))
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


def test_an_existing_folder_is_replaced_where_asked(copy, tiny_text_model):
    (copy / "mine").touch()
    tiny_text_model.save(copy, overwrite=True)
    assert not (copy / "mine").exists()


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
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def test_a_newer_format_is_refused(copy):
    changed(copy, format=99)
    with pytest.raises(VaeworksError, match="newer vaeworks"):
        load(copy)


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


@pytest.mark.parametrize("name", ["data.json", "metrics.json", "model.safetensors"])
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


def test_no_file_of_a_model_is_a_pickle(saved):
    for path in saved.iterdir():
        assert path.suffix in (".json", ".md", ".safetensors")
        assert not path.read_bytes().startswith(b"\x80")


def test_only_a_fitted_model_is_saved(tiny_text_model, tmp_path):
    from sklearn.base import clone
    from sklearn.exceptions import NotFittedError

    with pytest.raises(NotFittedError):
        clone(tiny_text_model).save(tmp_path / "model")
