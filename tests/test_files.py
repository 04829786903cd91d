"""Files that appear whole or not at all."""

import errno

import pytest

from vaeworks.errors import VaeworksError
from vaeworks.files import written_whole

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


def test_a_file_is_written_through_a_link(tmp_path):
    target, link = tmp_path / "there" / "blob", tmp_path / "here.txt"
    target.parent.mkdir()
    link.symlink_to(target)
    with written_whole(link) as temporary:
        assert temporary.suffix == ".txt"
        temporary.write_text("new")
    assert link.is_symlink()
    assert target.read_text() == "new"


def test_a_file_that_is_written_again_keeps_its_mode(tmp_path):
    path = tmp_path / "private.csv"
    path.touch(0o600)
    with written_whole(path) as temporary:
        temporary.write_text("new")
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_place_where_nothing_can_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    with (
        pytest.raises(VaeworksError, match=r"cannot write .*file.picture"),
        written_whole(tmp_path / "file" / "picture"),
    ):
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
