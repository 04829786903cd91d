"""Folders whose files are replaced all at once; what others put there stays."""

import errno

import pytest

from vaeworks.errors import VaeworksError
from vaeworks.storage.folders import READY, SAVING, folder_written_whole, read_at_once, read_newest

every_fault = pytest.mark.parametrize("fault", [ValueError, KeyboardInterrupt])


def ours(folder):
    return (folder / "mark").exists()


def write(folder, text):
    with folder_written_whole(folder, ours) as temporary:
        for name in ("mark", "other"):
            (temporary / name).write_text(text)


def contents(folder):
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def folder(tmp_path):
    write(tmp_path / "model", "old")
    (tmp_path / "model" / "notes.txt").write_text("mine")
    return tmp_path / "model"


def test_a_new_folder_lies_alone_where_it_should(tmp_path):
    write(tmp_path / "new" / "model", "new")
    assert contents(tmp_path) == {"new/model/mark": "new", "new/model/other": "new"}
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["model"]


def test_a_folder_of_ours_keeps_the_files_of_others(folder):
    write(folder, "new")
    assert contents(folder.parent) == {"model/mark": "new", "model/other": "new", "model/notes.txt": "mine"}
    assert {path.name for path in folder.iterdir()} == {"mark", "other", "notes.txt"}


def test_an_empty_folder_is_filled(tmp_path):
    (tmp_path / "model").mkdir()
    write(tmp_path / "model", "new")
    assert contents(tmp_path) == {"model/mark": "new", "model/other": "new"}


@every_fault
def test_a_folder_is_left_as_it_was_when_the_block_raises(folder, fault):
    with pytest.raises(fault), folder_written_whole(folder, ours) as temporary:  # noqa: PT012
        (temporary / "mark").write_text("half")
        raise fault
    assert contents(folder.parent) == {"model/mark": "old", "model/other": "old", "model/notes.txt": "mine"}
    assert {path.name for path in folder.iterdir()} == {"mark", "other", "notes.txt"}


@every_fault
def test_no_folder_is_left_when_the_block_of_a_new_one_raises(tmp_path, fault):
    with pytest.raises(fault), folder_written_whole(tmp_path / "model", ours) as temporary:  # noqa: PT012
        (temporary / "mark").write_text("half")
        raise fault
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_others_that_appears_meanwhile_is_not_touched(tmp_path):
    with (  # noqa: PT012
        pytest.raises(VaeworksError, match="not empty"),
        folder_written_whole(tmp_path / "model", ours) as temporary,
    ):
        (temporary / "mark").write_text("new")
        (tmp_path / "model").mkdir()
        (tmp_path / "model" / "notes.txt").write_text("mine")
    assert contents(tmp_path) == {"model/notes.txt": "mine"}


@pytest.mark.parametrize("there", [True, False], ids=["to a folder", "to nothing yet"])
def test_a_link_stays_and_its_target_is_written(tmp_path, there):
    target, link = tmp_path / "disk" / "target", tmp_path / "model"
    if there:
        write(target, "old")
    link.symlink_to(target)
    write(link, "new")
    assert link.is_symlink()
    assert contents(target) == {"mark": "new", "other": "new"}
    assert {path.name for path in tmp_path.iterdir()} == {"disk", "model"}


def test_a_full_disk_leaves_the_old_files(folder, monkeypatch):
    def full(*paths):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(type(folder), "rename", full)
    with pytest.raises(VaeworksError, match="no space left on device"):
        write(folder, "new")
    assert contents(folder) == {"mark": "old", "other": "old", "notes.txt": "mine"}


def test_a_place_where_nothing_can_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(VaeworksError, match=r"cannot write .*file.model"):
        write(tmp_path / "file" / "model", "new")


def test_what_is_ready_is_read_before_what_is_in_place(folder):
    (folder / SAVING / READY).mkdir(parents=True)
    (folder / SAVING / READY / "mark").write_text("new")
    assert [read_newest(folder / name, lambda path: path.read_text()) for name in ("mark", "other")] == ["new", "old"]


def test_a_write_ends_what_a_killed_one_began(folder):
    (folder / SAVING / READY).mkdir(parents=True)
    (folder / SAVING / READY / "third").write_text("of the killed one")
    write(folder, "new")
    assert contents(folder) == {"mark": "new", "other": "new", "third": "of the killed one", "notes.txt": "mine"}


def test_a_folder_that_changes_while_it_is_read_is_read_again(folder):
    def read():
        first = (folder / "mark").read_text()
        if first == "old":
            write(folder, "new")
        return first, (folder / "other").read_text()

    assert read_at_once(folder / "mark", read) == ("new", "new")


def test_an_error_counts_only_when_nothing_changed(folder):
    def read():
        if (folder / "mark").read_text() == "old":
            write(folder, "new")
            raise ValueError
        return "read"

    assert read_at_once(folder / "mark", read) == "read"
    with pytest.raises(ZeroDivisionError):
        read_at_once(folder / "mark", lambda: 1 / 0)


def test_a_folder_that_never_rests_is_said(folder):
    numbers = iter(range(1000))
    with pytest.raises(VaeworksError, match="again and again"):
        read_at_once(folder / "mark", lambda: write(folder, str(next(numbers))))
