"""Getting public files, and checking that they are the ones that were meant."""

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ..errors import VaeworksError
from ..files import digest
from ..progress import DownloadBar

if TYPE_CHECKING:
    import requests


def fetch(name: str, url: str, path: Path) -> None:
    """Download one file of the data set `name`."""
    import pooch
    import requests

    bar = DownloadBar(path.name)
    getter = pooch.HTTPDownloader(timeout=60, progressbar=bar)
    try:
        getter(url, str(path), None)
    except requests.RequestException as error:
        raise VaeworksError(
            f"{name} could not be downloaded from {urlsplit(url).hostname} ({in_few_words(error)}): download "
            f"{path.name} elsewhere and pass the folder that holds it with --data, or set VAEWORKS_DATA"
        ) from error
    finally:
        bar.close()


def in_few_words(error: "requests.RequestException") -> str:
    import requests

    if error.response is not None:
        error.response.close()
        return f"it answered {error.response.status_code}"
    if isinstance(error, requests.Timeout):
        return "it did not answer in time"
    return "the connection broke" if isinstance(error, requests.exceptions.ChunkedEncodingError) else "no connection"


def check_digest(path: Path, algorithm: str, expected: str) -> None:
    """Refuse a file whose checksum (md5, sha256) is another."""
    found = digest(path, algorithm)
    if found != expected:
        raise VaeworksError(
            f"{path.name} is damaged or altered (its {algorithm} begins {found[:8]}, not {expected[:8]}), so it is not "
            "used: try again, or get it elsewhere and pass the folder that holds it with --data"
        )
