"""A folder that is not, or no longer, a model is refused in one sentence by every command that reads it."""

import json

import pytest
import torch
from safetensors.torch import load_file, save_file

VERBS = ["predict {} fine", "sample {}", "evaluate {}"]


def cut(path):
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def without(*names):
    def remove(path):
        value = json.loads(path.read_text())
        path.write_text(json.dumps({name: part for name, part in value.items() if name not in names}))

    return remove


def with_field(name, value):
    return lambda path: path.write_text(json.dumps(json.loads(path.read_text()) | {name: value}))


def with_rule(name, rule):
    """In the vocabulary, which is JSON within JSON."""

    def change(path):
        state = json.loads(path.read_text())
        state["vocabulary"] = json.dumps(json.loads(state["vocabulary"]) | {name: rule})
        path.write_text(json.dumps(state))

    return change


def with_content(text):
    return lambda path: path.write_text(text)


def with_nan(path):
    save_file({name: torch.full_like(tensor, torch.nan) for name, tensor in load_file(path).items()}, path)


DAMAGES = {
    "config.json cut": ("config.json", cut),
    "config.json empty": ("config.json", with_content("")),
    "config.json a list": ("config.json", with_content("[]")),
    "config.json without parameters": ("config.json", without("parameters")),
    "config.json with another parameter": ("config.json", with_field("parameters", {"mood": 1})),
    "config.json with a list of parameters": ("config.json", with_field("parameters", [1])),
    "config.json with a format in words": ("config.json", with_field("format", "new")),
    "config.json with a list of digests": ("config.json", with_field("digests", [1])),
    "config.json with numbers as digests": ("config.json", with_field("digests", {"model.safetensors": 1})),
    "config.json with a list as kind": ("config.json", with_field("kind", [])),
    "config.json with a wrong size": ("config.json", with_field("parameters", {"latent_dim": 3})),
    "model.safetensors cut": ("model.safetensors", cut),
    "model.safetensors empty": ("model.safetensors", with_content("")),
    "model.safetensors of something else": ("model.safetensors", with_content("pickle" * 100)),
    "model.safetensors of nothing but NaN": ("model.safetensors", with_nan),
    "aggregated.safetensors of nothing but NaN": ("aggregated.safetensors", with_nan),
    "model.safetensors missing": ("model.safetensors", lambda path: path.unlink()),
    "data.json cut": ("data.json", cut),
    "data.json a list": ("data.json", with_content("[]")),
    "data.json null": ("data.json", with_content("null")),
    "data.json without vocabulary": ("data.json", without("vocabulary")),
    "data.json with a broken vocabulary": ("data.json", with_field("vocabulary", "{}")),
    "data.json with a number as vocabulary": ("data.json", with_field("vocabulary", 3)),
    "data.json with rules that no version had": ("data.json", with_rule("padding", {"strategy": {"Fixed": 10**9}})),
    "data.json with broken classes": ("data.json", with_field("classes", {"names": 3})),
    "data.json missing": ("data.json", lambda path: path.unlink()),
    "metrics.json cut": ("metrics.json", cut),
    "metrics.json a list": ("metrics.json", with_content("[]")),
    "metrics.json without the fit": ("metrics.json", without("fit")),
    "metrics.json missing": ("metrics.json", lambda path: path.unlink()),
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_model_is_refused(vae, own_model, damage, verb):
    file, harm = DAMAGES[damage]
    harm(own_model / file)
    said = vae(*verb.format(own_model).split()).refusal()
    assert "damaged" in said
    assert str(own_model) in said


@pytest.mark.parametrize("damage", [name for name in DAMAGES if name.startswith("metrics.json")])
def test_info_refuses_damaged_metrics_too(vae, own_model, damage):
    file, harm = DAMAGES[damage]
    harm(own_model / file)
    assert "damaged" in vae("info", own_model).refusal()


@pytest.mark.parametrize("verb", [*VERBS, "info {}"])
def test_a_model_of_a_newer_format_asks_for_an_upgrade(vae, own_model, verb):
    with_field("format", 99)(own_model / "config.json")
    said = vae(*verb.format(own_model).split()).refusal()
    assert said == f"{own_model} was made by a newer vaeworks (format 99, this one reads 1): upgrade"


def test_a_kind_that_is_not_known_asks_for_an_upgrade(vae, own_model):
    with_field("kind", "smell")(own_model / "config.json")
    assert "kind 'smell', which this version does not know: upgrade" in vae("sample", own_model).refusal()


def test_a_card_that_is_gone_is_no_damage(vae, own_model):
    (own_model / "card.md").unlink()
    assert vae("sample", own_model).code == 0
