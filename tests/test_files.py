"""Files and folders that appear whole or not at all."""

import errno

import pytest

from vaeworks.errors import VaeworksError
from vaeworks.files import folder_written_whole, written_whole

every_fault = pytest.mark.parametrize("fault", [ValueError, KeyboardInterrupt])


def test_a_file_is_replaced_when_its_block_ends_well(tmp_path):
    path = tmp_path / "new" / "a.txt"
    for content in ("old", "new"):
        with written_whole(path) as temporary:
            temporary.write_text(content)
    assert path.read_text() == "new"
    assert list(path.parent.iterdir()) == [path]


@every_fault
def test_a_file_is_left_as_it_was_when_its_block_raises(tmp_path, fault):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(fault), written_whole(path) as temporary:  # noqa: PT012
        temporary.write_text("half")
        raise fault
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_is_replaced_when_its_block_ends_well(tmp_path):
    folder = tmp_path / "new" / "model"
    for name in ("old", "new"):
        with folder_written_whole(folder) as temporary:
            (temporary / name).touch()
    assert [path.name for path in folder.iterdir()] == ["new"]
    assert list(folder.parent.iterdir()) == [folder]


@every_fault
def test_a_folder_is_left_as_it_was_when_its_block_raises(tmp_path, fault):
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "old").touch()
    with pytest.raises(fault), folder_written_whole(folder) as temporary:  # noqa: PT012
        (temporary / "half").touch()
        raise fault
    assert [path.name for path in folder.iterdir()] == ["old"]
    assert list(tmp_path.iterdir()) == [folder]


def test_an_old_folder_comes_back_when_the_new_one_cannot_take_its_place(tmp_path, monkeypatch):
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "old").touch()
    rename = type(folder).rename

    def full(self, target):
        if target == folder and not self.name.endswith(".old"):
            raise OSError(errno.ENOSPC, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(type(folder), "rename", full)
    with pytest.raises(VaeworksError, match="no space left"), folder_written_whole(folder) as temporary:
        (temporary / "new").touch()
    assert [path.name for path in folder.iterdir()] == ["old"]


@pytest.mark.parametrize("writer", [written_whole, folder_written_whole])
def test_a_place_where_nothing_can_be_written_is_named(tmp_path, writer):
    (tmp_path / "file").touch()
    with pytest.raises(VaeworksError, match=r"cannot write .*file.model"), writer(tmp_path / "file" / "model"):
        pass


def test_a_full_disk_leaves_the_old_file(tmp_path, monkeypatch):
    def full(*paths):
        raise OSError(errno.ENOSPC, "No space left on device")

    path = tmp_path / "a.txt"
    path.write_text("old")
    monkeypatch.setattr("os.replace", full)
    with pytest.raises(VaeworksError, match="no space left on device"), written_whole(path):
        pass
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
