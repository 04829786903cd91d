"""What lies where a fit writes: its own files come and go, those of others stay, and no two fits meet."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from vaeworks.errors import VaeworksError
from vaeworks.storage.session import STATE, Session

from .numbered import Numbered, loaded


@pytest.fixture
def out(tmp_path):
    return tmp_path / "model"


@pytest.fixture
def unfinished(tmp_path):
    return tmp_path / "model.unfinished"


def fit(out, number=1, during=lambda: None, **how):
    """Leave a checkpoint, and do what is to happen during the fit."""
    session, estimator = Session(out, **how), Numbered(number)
    with session.running(estimator):
        session.checkpoint.write_bytes(b"state")
        during()


def left_unfinished(out):
    def killed():
        raise SystemExit

    with pytest.raises(SystemExit):
        fit(out, during=killed)


def appearing(out):
    def appear():
        out.mkdir()
        (out / "notes.txt").write_text("mine")

    return appear


def names(folder):
    return {path.name for path in folder.iterdir()}


def test_a_folder_that_appears_during_a_fit_is_kept_and_the_fit_too(out):
    with pytest.raises(VaeworksError, match=rf"^{out} appeared while .* is lost: free {out} and go on with --resume$"):
        fit(out, during=appearing(out))
    assert (out / "notes.txt").read_text() == "mine"
    out.rename(out.with_name("notes"))
    fit(out, resume=True)
    assert loaded(out).numbers() == {1}
    assert names(out.parent) == {"notes", "model"}


@pytest.mark.parametrize("how", ["overwrite", "resume"])
def test_a_folder_that_appears_is_not_replaced_even_where_a_model_would_be(out, unfinished, how):
    left_unfinished(out)
    with pytest.raises(VaeworksError, match=r"is not a model, so it is not replaced.*--resume"):
        fit(out, during=appearing(out), **{how: True})
    assert names(out) == {"notes.txt"}
    assert (unfinished / STATE).exists()


def test_a_model_that_appears_during_a_fit_is_not_replaced_unasked(out, unfinished):
    with pytest.raises(VaeworksError, match="appeared"):
        fit(out, number=1, during=lambda: Numbered(2).save(out))
    assert loaded(out).numbers() == {2}
    assert (unfinished / STATE).exists()


def test_files_of_others_in_a_model_stay_when_it_is_replaced(out):
    fit(out, number=1)
    (out / "notes.txt").write_text("mine")
    (out / "pictures").mkdir()
    fit(out, number=2, overwrite=True)
    assert loaded(out).numbers() == {2}
    assert (out / "notes.txt").read_text() == "mine"
    assert (out / "pictures").is_dir()


@pytest.mark.parametrize("how", ["overwrite", "resume"])
def test_files_of_others_in_an_unfinished_fit_stay(out, unfinished, how):
    left_unfinished(out)
    (unfinished / "notes.txt").write_text("mine")
    (unfinished / ".mine.state.safetensors").write_text("mine")
    fit(out, **{how: True})
    assert names(unfinished) == {"notes.txt", ".mine.state.safetensors"}
    assert loaded(out).numbers() == {1}


@pytest.mark.parametrize("fault", [KeyboardInterrupt, ValueError])
def test_a_fit_that_ends_before_its_first_epoch_leaves_only_what_others_put_there(out, unfinished, fault):
    def end():
        (unfinished / STATE).unlink()
        (unfinished / "notes.txt").touch()
        raise fault

    with pytest.raises(fault):
        fit(out, during=end)
    assert names(unfinished) == {"notes.txt"}


def test_what_a_killed_writer_of_checkpoints_left_is_removed(out, unfinished):
    left_unfinished(out)
    orphan = unfinished / ".0123abcd.state.safetensors"
    orphan.touch()
    seen = []
    fit(out, during=lambda: seen.append(orphan.exists()), resume=True)
    assert seen == [False]
    assert names(out.parent) == {"model"}


@pytest.mark.slow
def test_what_a_fit_left_that_was_killed_while_it_wrote_its_checkpoint_is_removed(out, unfinished):
    command = [sys.executable, Path(__file__).with_name("killed_writer.py"), out]
    assert subprocess.run(command, check=False).returncode == -signal.SIGXFSZ
    assert max(path.stat().st_size for path in unfinished.iterdir()) == 100_000
    fit(out)
    assert names(out.parent) == {"model"}


@pytest.mark.parametrize("how", [{}, {"overwrite": True}], ids=["to nothing yet", "to a model"])
def test_a_link_stays_and_its_target_holds_the_model(tmp_path, out, how):
    target = tmp_path / "disk" / "target"
    if how:
        Numbered(1).save(target)
    out.symlink_to(target)
    fit(out, number=2, **how)
    assert out.is_symlink()
    assert not target.is_symlink()
    assert loaded(target).numbers() == {2}
    assert names(tmp_path / "disk") == {"target"}


@pytest.fixture
def holder(out):
    """Another process that fits into the same folder until its standard input ends."""
    command = [sys.executable, Path(__file__).with_name("holding_fit.py"), out]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout.readline() == "fitting\n"
            yield process
        finally:
            process.kill()


@pytest.mark.slow
@pytest.mark.parametrize("how", [{}, {"overwrite": True}, {"resume": True}], ids=["new", "overwrite", "resume"])
def test_a_second_fit_is_refused_while_the_first_runs(holder, out, unfinished, how):
    before = names(unfinished)
    with pytest.raises(VaeworksError, match=f"^another process is fitting {out}: "):
        fit(out, number=2, **how)
    assert names(unfinished) == before
    holder.communicate()
    assert holder.returncode == 0
    assert loaded(out).numbers() == {1}


@pytest.mark.slow
def test_a_second_fit_is_refused_through_a_link_too(holder, out, tmp_path):
    (tmp_path / "link").symlink_to(out)
    with pytest.raises(VaeworksError, match=r"^another process is fitting .*link: "):
        fit(tmp_path / "link")


@pytest.mark.slow
def test_a_killed_fit_can_be_gone_on_with(holder, out):
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    fit(out, number=2, resume=True)
    assert loaded(out).numbers() == {2}
    assert names(out.parent) == {"model"}


@pytest.mark.slow
def test_the_other_processes_of_a_fit_take_no_lock_and_no_file(holder, out, unfinished, monkeypatch):
    monkeypatch.setenv("RANK", "1")
    before = names(unfinished)
    fit(out)
    assert names(unfinished) == before
    assert not out.exists()
