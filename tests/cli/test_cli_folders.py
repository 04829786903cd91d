"""Where a model may be written: nothing is replaced unasked, and a disk that refuses costs nothing that was there."""

import errno
import os
from pathlib import Path

import pytest
from safetensors.torch import load_file

from vaeworks import load

SMALL = ("--epochs", "1", "--latent-dim", "2", "--max-tokens", "12", "--learning-rate", "0.003")


@pytest.fixture
def fit(vae, reviews, tmp_path):
    def run(*words, out=tmp_path / "model", source="reviews.txt"):
        return vae("fit", "text", reviews / source, "--out", out, *SMALL, *words)

    return run


def contents(folder):
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def refusing(code):
    def refuse(*_, **__):
        raise OSError(code, os.strerror(code))

    return refuse


def test_a_model_that_is_there_is_not_replaced_unasked(fit, own_model):
    before = contents(own_model)
    assert fit(out=own_model).refusal() == f"{own_model} exists already: choose another folder, or pass --overwrite"
    assert contents(own_model) == before


def test_overwrite_replaces_a_model(fit, own_model):
    assert fit("--overwrite", out=own_model).code == 0
    assert load(own_model).latent_dim == 2
    assert [path.name for path in own_model.parent.iterdir()] == [own_model.name]


@pytest.mark.parametrize("words", [(), ("--overwrite",)])
def test_a_folder_or_file_that_is_no_model_is_never_replaced(fit, tmp_path, words):
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear.txt").write_text("dear")
    (tmp_path / "file").write_text("mine")
    before = contents(tmp_path)
    for name in ("letters", "file"):
        assert "exists" in fit(*words, out=tmp_path / name).refusal()
    assert contents(tmp_path) == before


def test_an_empty_folder_is_filled_when_asked(fit, tmp_path):
    (tmp_path / "model").mkdir()
    fit().refusal()
    assert fit("--overwrite").code == 0


@pytest.mark.parametrize("out", ["", ".", "/"])
def test_a_folder_without_a_name_is_refused(fit, out):
    assert "no name for a new folder" in fit("--overwrite", out=out).refusal()


def test_a_path_below_a_file_is_refused(fit, tmp_path):
    (tmp_path / "file").write_text("mine")
    assert fit(out=tmp_path / "file" / "model").refusal().startswith(f"cannot write {tmp_path / 'file' / 'model'}: ")
    assert (tmp_path / "file").read_text() == "mine"


def test_folders_above_the_model_are_made(fit, tmp_path):
    assert fit(out=tmp_path / "a" / "b" / "model").code == 0
    assert [path.name for path in (tmp_path / "a" / "b").iterdir()] == ["model"]


def test_a_read_only_place_is_refused_before_anything_is_trained(fit, tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "mkdir", refusing(errno.EROFS))
    monkeypatch.setattr("vaeworks.text.data.TextReader.learn", None)
    assert fit().refusal().startswith(f"cannot write {tmp_path / 'model'}: read-only file system")
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_full_at_the_first_checkpoint_leaves_nothing(fit, tmp_path, monkeypatch):
    monkeypatch.setattr("os.replace", refusing(errno.ENOSPC))
    result = fit()
    assert result.code == 2
    assert "no space left on device" in result.err.splitlines()[-1]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize("failing", ["safetensors.torch.save", "pathlib.Path.rename"])
def test_a_disk_that_is_full_at_the_end_keeps_the_old_model_and_the_fit(fit, own_model, monkeypatch, failing):
    before = contents(own_model)
    with monkeypatch.context() as patched:
        patched.setattr(failing, refusing(errno.ENOSPC))
        assert "no space left on device" in fit("--overwrite", out=own_model).err.splitlines()[-1]
    assert contents(own_model) == before
    assert fit("--resume", out=own_model).code == 0
    assert load(own_model).latent_dim == 2
    assert [path.name for path in own_model.parent.iterdir()] == [own_model.name]


def test_figures_that_cannot_be_kept_are_shown_all_the_same(vae, own_model, monkeypatch):
    before = contents(own_model)
    monkeypatch.setattr("os.replace", refusing(errno.EROFS))
    result = vae("evaluate", own_model, "--samples", "0", "--json")
    assert result.code == 2
    assert result.said().startswith(f"cannot write {own_model / 'metrics.json'}: read-only file system")
    assert '"negative_elbo_nats"' in result.out
    assert contents(own_model) == before


def test_figures_of_a_model_that_was_replaced_meanwhile_are_shown_but_not_kept(vae, own_model, monkeypatch):
    def replaced(model, X, y=None, samples=10):
        load(own_model).save(own_model, overwrite=True)
        return {"figure": 1.0}

    before = (own_model / "metrics.json").read_bytes()
    monkeypatch.setattr("vaeworks.text.estimator.TextVAE.evaluate", replaced)
    result = vae("evaluate", own_model, "--samples", "0", "--json")
    assert result.code == 2
    assert result.said().startswith(f"another model was saved to {own_model} while this one was measured")
    assert '"figure"' in result.out
    assert (own_model / "metrics.json").read_bytes() == before


@pytest.fixture
def unfinished(fit, tmp_path, monkeypatch):
    """A fit whose last step, saving, was refused."""
    with monkeypatch.context() as patched:
        patched.setattr("safetensors.torch.save", refusing(errno.ENOSPC))
        fit()
    assert [path.name for path in tmp_path.iterdir()] == ["model.unfinished"]
    return tmp_path / "model.unfinished"


def test_resume_needs_an_unfinished_fit(fit, tmp_path):
    out = tmp_path / "model"
    assert (
        fit("--resume").refusal() == f"there is no unfinished fit of {out} to resume: leave out --resume to start one"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_new_fit_does_not_forget_an_unfinished_one_unasked(fit, unfinished):
    before = contents(unfinished)
    assert "go on with --resume, or start afresh with --overwrite" in fit().refusal()
    assert contents(unfinished) == before
    assert fit("--overwrite", "--latent-dim", "3").code == 0
    assert not unfinished.exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("--latent-dim", "3"), "other settings: latent_dim 2 (now 3)"),
        (("--learning-rate", "0.01"), "learning_rate 0.003 (now 0.01)"),
        (("--seed", "5"), "random_state 0 (now 5)"),
    ],
)
def test_resume_with_other_settings_names_them(fit, unfinished, words, named):
    before = contents(unfinished)
    assert named in fit("--resume", *words).refusal()
    assert contents(unfinished) == before


def test_resume_with_other_data_names_them(fit, unfinished, reviews):
    said = fit("--resume", "--text", "review", source="reviews.tsv").refusal()
    assert f"started with other data: source '{reviews / 'reviews.txt'}' (now '{reviews / 'reviews.tsv'}')" in said
    assert "text None (now 'review')" in said
    assert load_file(unfinished / "state.safetensors")


def test_resume_with_fewer_rows_says_so(vae, tmp_path, monkeypatch):
    source, out = tmp_path / "some.txt", tmp_path / "model"
    source.write_text("a fine film\n" * 40)
    with monkeypatch.context() as patched:
        patched.setattr("safetensors.torch.save", refusing(errno.ENOSPC))
        vae("fit", "text", source, "--out", out, *SMALL)
    source.write_text("a fine film\n" * 30)
    assert "rows 40 (now 30)" in vae("fit", "text", source, "--out", out, *SMALL, "--resume").refusal()


def test_a_damaged_unfinished_fit_is_refused(fit, unfinished):
    (unfinished / "state.safetensors").write_bytes(b"{")
    assert "is damaged" in fit("--resume").refusal()
