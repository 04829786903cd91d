"""Shell options that mean the same in every kind; a kind's `commands.py` names them, and nothing heavy is imported."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from .errors import VaeworksError

Label = Annotated[
    str | None,
    typer.Option("--label", help='Column or folder of the label; by default the usual names. "" for none.'),
]
Encoding = Annotated[
    str, typer.Option("--encoding", help="Of a text file, where it is not UTF-8: latin-1, cp1252, ...")
]
GivenTexts = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[TEXT]...",
        help="The texts themselves; or a file of them, a line each, a csv, tsv, jsonl or parquet; or - for lines of "
        "standard input.",
    ),
]
File = Annotated[Path | None, typer.Option("--file", help="The same as a file that is named first.")]
AsText = Annotated[bool, typer.Option("--as-text", help="Take what looks like the name of a file as a text.")]
Local = Annotated[Path | None, typer.Option("--data", help="Local copy of a named set (or set VAEWORKS_DATA).")]
Count = Annotated[int, typer.Option("-n", min=1, help="How many.")]
OfLabel = Annotated[str | None, typer.Option("--label", help="Draw for this class.")]
Origin = Annotated[
    str,
    typer.Option("--prior", help="model, or aggregated: a mixture fitted to codes of data; auto: that for a label."),
]
Steps = Annotated[int, typer.Option("--steps", min=2, help="How many in all, ends included.")]


def ending(*allowed: str) -> Callable[[Path | None], Path | None]:
    """Refuse another ending of a file to write before any time is spent."""

    def check(out: Path | None) -> Path | None:
        if out is not None and out.suffix.lower() not in allowed:
            raise VaeworksError(f"{out} must end in {' or '.join(allowed)}")
        return out

    return check


def pairs(words: Sequence[str], option: str) -> dict[str, str]:
    """The sides of COLUMN=VALUE, as often as an option says it."""
    parted = [word.partition("=") for word in words]
    odd = next((word for word, (_, equals, _) in zip(words, parted, strict=True) if not equals), None)
    if odd is not None:
        raise VaeworksError(f"{option} takes COLUMN=VALUE, not {odd!r}")
    given = {name: value for name, _, value in parted}
    if len(given) < len(parted):
        raise VaeworksError(f"{option} gives a column two values: give it one")
    return given


ROWS = (".csv", ".tsv", ".jsonl", ".parquet")
TextsOut = Annotated[
    Path | None,
    typer.Option(
        "--out",
        help="A txt, csv, tsv, jsonl or parquet to write; columns of a file are kept.",
        callback=ending(".txt", *ROWS),
    ),
]
RowsOut = Annotated[
    Path | None,
    typer.Option("--out", help="A csv, tsv, jsonl or parquet to write, all columns kept.", callback=ending(*ROWS)),
]
PictureOut = Annotated[
    Path,
    typer.Option("--out", help="Picture to write.", callback=ending(".png", ".jpg", ".jpeg", ".webp")),
]
TableOut = Annotated[Path, typer.Option("--out", help="A csv, tsv, jsonl or parquet to write.", callback=ending(*ROWS))]
ToCompress = Annotated[Path, typer.Argument(metavar="PICTURE", help="A picture, or a folder of them.")]
ArchiveOut = Annotated[Path, typer.Option("--out", help="A vae file to write.", callback=ending(".vae"))]
