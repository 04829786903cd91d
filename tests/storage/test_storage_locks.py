"""A lock is for one process at a time, and dies with it."""

import signal
import subprocess
import sys
import threading

import pytest

from vaeworks.errors import VaeworksError
from vaeworks.storage.locks import only_one

HOLDS = """
import sys
from pathlib import Path
from vaeworks.storage.locks import only_one

with only_one(Path(sys.argv[1]), Path("it"), "fitting"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that has the folder until its standard input ends."""
    command = [sys.executable, "-c", HOLDS, tmp_path / "folder"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout.readline() == "held\n"
            yield process
        finally:
            process.kill()


def take(folder, patience=0.0):
    with only_one(folder, folder, "fitting", patience):
        return "taken"


def test_a_second_process_is_refused_and_leaves_the_first_its_folder(holder, tmp_path):
    with pytest.raises(VaeworksError, match=r"^another process is fitting .*folder: wait until it is done, or choose"):
        take(tmp_path / "folder")
    assert (tmp_path / "folder").is_dir()
    with pytest.raises(VaeworksError, match="another process"):
        take(tmp_path / "folder")


def test_a_killed_process_frees_its_lock(holder, tmp_path):
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert (tmp_path / "folder").is_dir()
    assert take(tmp_path / "folder") == "taken"
    assert list(tmp_path.iterdir()) == []


def test_a_patient_process_waits_for_the_end_of_another(holder, tmp_path):
    threading.Timer(0.2, holder.stdin.close).start()
    assert take(tmp_path / "folder", patience=60) == "taken"


def test_only_an_empty_folder_goes(tmp_path):
    folder = tmp_path / "a" / "folder"
    with only_one(folder, folder, "fitting"):
        (folder / "notes.txt").touch()
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").touch()
    with (
        pytest.raises(VaeworksError, match=r"^cannot write models/mine: "),
        only_one(tmp_path / "file" / "x", "models/mine", "fitting"),
    ):
        pass
