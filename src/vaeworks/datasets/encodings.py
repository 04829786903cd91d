"""How text files are encoded, and what to say when they are not."""

import codecs
from pathlib import Path

from ..errors import VaeworksError


def check_encoding(encoding: str) -> None:
    try:
        "".encode(encoding)
    except LookupError as error:
        raise VaeworksError(f"no encoding is called {encoding!r}: utf-8, latin-1 and cp1252 are common") from error


def without_mark(encoding: str) -> str:
    """The encoding that also skips a byte order mark, which some editors put before UTF-8."""
    return "utf-8-sig" if is_utf8(encoding) else encoding


def is_utf8(encoding: str) -> bool:
    return codecs.lookup(encoding).name == "utf-8"


def undecodable_line(path: Path, encoding: str) -> int | None:
    """The number of the first line that is not in this encoding; None if there is none."""
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                decoder.decode(line)
            except UnicodeDecodeError:
                return number
    return None


def not_encoded(path: Path, encoding: str) -> VaeworksError:
    found = undecodable_line(path, encoding)
    where = "" if found is None else f" (line {found})"
    if is_utf8(encoding):
        return VaeworksError(
            f"{path.name} is not UTF-8{where}: if it comes from Western Europe, --encoding latin-1 reads it"
        )
    return VaeworksError(f"{path.name} is not {encoding}{where}: name its encoding with --encoding")
