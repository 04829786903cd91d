"""The shell verbs of pairs of texts. They import torch only when they run, so that help is quick."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import VaeworksError
from ..options import Encoding, Local, TextsOut, ending
from .presets import PRESETS  # noqa: F401  # the table of kinds looks for them here

if TYPE_CHECKING:
    from ..datasets import DataSet
    from .estimator import Seq2SeqVAE

DATA = "A named set, a tsv, csv, jsonl or parquet with two columns, a file of lines with --target, or a folder of such."
FIT = "a VAE of pairs of texts: one is written given the other, as a translation"
EXAMPLES = {
    "fit": (
        "vae fit seq2seq multi30k-en-de --out models/en-de",
        "vae fit seq2seq pairs.tsv --source en --target de --out models/mine",
        "vae fit seq2seq train.en --target train.de --out models/mine",
    ),
    "evaluate": (
        "vae evaluate models/en-de",
        "vae evaluate models/en-de pairs.tsv --beam 1 --samples 100",
    ),
    "encode": ("vae encode models/en-de pairs.tsv --out codes.parquet",),
    "report": ("vae report models/en-de --out report.html",),
}
AT_ONCE, ANSWER = 1024, "translation"
Texts = Annotated[list[str] | None, typer.Argument(metavar="[TEXT]...", help="The texts themselves.")]
File = Annotated[Path | None, typer.Option("--file", help="Read texts from here, one a line.")]
Column = Annotated[
    str | None, typer.Option("--source", help="Column of the sources; the ending of its files in a folder.")
]
Target = Annotated[
    str | None, typer.Option("--target", help="Column of the targets; or the file, or ending, that is aligned.")
]
DropEmpty = Annotated[bool, typer.Option("--drop-empty", help="Leave out pairs with an empty side.")]
Beam = Annotated[int, typer.Option("--beam", min=1, help="Width of the beam search; 1 is greedy.")]


@dataclass(frozen=True)
class Source:
    """How a source of pairs is read."""

    source_column: Column = None
    target: Target = None
    encoding: Encoding = "utf-8"
    drop_empty: DropEmpty = False
    data: Local = None

    def load(self, source: str, model: Any = None) -> "DataSet":
        from ..datasets import load_pairs

        return load_pairs(source, **asdict(self))


@dataclass(frozen=True)
class Judging:
    """How a translator is judged."""

    beam: Beam = 5


def predict(
    model: "Seq2SeqVAE",
    texts: Texts = None,
    file: File = None,
    beam: Beam = 5,
    alternatives: Annotated[int, typer.Option("--alternatives", min=1, help="Give so many that differ.")] = 1,
    column: Column = None,
    out: TextsOut = None,
    encoding: Encoding = "utf-8",
) -> dict:
    """Write what belongs to texts, as their translations.

    A file is read as it is written, row by row: columns are kept, and an empty text gives an empty one.

    Examples:

      vae predict en-de "Two men are cooking."

      vae predict en-de "Two men are cooking." --alternatives 5

      vae predict en-de --file in.txt --out out.txt
    """
    if file is not None and texts:
        raise VaeworksError("texts and a file were given: give one of them")
    if file is None and not texts:
        raise VaeworksError("no text was given: pass one in quotes, or a file of them with --file")
    name, rows, count = ("text", iter([{"text": text} for text in texts or []]), 0)
    if file is not None:
        name, rows, count = _rows_of(file, column, encoding)
    answered = _answered(model, rows, name, count, beam, alternatives)
    if out is None:
        return {"rows": list(answered)}
    from ..storage.rows import write_rows

    return {"rows_written": write_rows(answered, out, ANSWER), "out": str(out)}


def score(
    model: "Seq2SeqVAE",
    source: Annotated[str, typer.Argument(metavar="DATA", help=DATA)],
    out: Annotated[
        Path | None,
        typer.Option("--out", help="A csv or jsonl to write all pairs to.", callback=ending(".csv", ".jsonl")),
    ] = None,
    samples: Annotated[int, typer.Option("--samples", min=1, help="Draws of z for the bound.")] = 10,
    worst: Annotated[int, typer.Option("--worst", min=1, help="How many to show, worst first, without --out.")] = 20,
    column: Column = None,
    target: Target = None,
    encoding: Encoding = "utf-8",
    drop_empty: DropEmpty = False,
    data: Local = None,
) -> dict:
    """Say how well the two sides of each pair belong together, which finds the bad ones in a corpus.

    It is a lower bound on log p(target | source) in nats. The worst are those of the lowest bound a token.

    Examples:

      vae score en-de pairs.tsv --worst 10

      vae score en-de pairs.tsv --out scores.csv
    """
    from ..storage.sources import read_alike

    pairs = read_alike(model, source, Source(column, target, encoding, drop_empty, data)).whole()
    bounds, tokens = model.score_samples(pairs.X, pairs.y, samples), model.token_counts(pairs.y)
    rows = [
        {
            "pair": number,
            "source": one,
            "target": other,
            "bound_nats": float(bound),
            "nats_a_token": float(-bound / count),
        }
        for number, (one, other, bound, count) in enumerate(zip(pairs.X, pairs.y, bounds, tokens, strict=True), 1)
    ]
    if out is None:
        return {"rows": sorted(rows, key=lambda row: -row["nats_a_token"])[:worst]}
    from ..storage.rows import write_rows

    return {"rows_written": write_rows(rows, out, "bound_nats"), "out": str(out)}


def _rows_of(file: Path, column: str | None, encoding: str) -> tuple[str, Iterator[dict], int]:
    """The column of texts in a file, its rows, and how many lines it has."""
    from ..datasets.missing import reading
    from ..datasets.pairs.files import rows_of

    with reading(file, "seq2seq"):
        with file.open("rb") as content:
            count = sum(1 for _ in content)
        return *rows_of(file, column, encoding), count


def _answered(
    model: "Seq2SeqVAE", rows: Iterator[dict], name: str, count: int, beam: int, alternatives: int
) -> Iterator[dict]:
    """The rows with what the model writes for their texts, as they come; with alternatives one row for each."""
    import logging

    from ..fitting.monitors import counted_by

    chunks: Any = iter(lambda: list(islice(rows, AT_ONCE)), [])
    if model.verbose and count > AT_ONCE:
        model.set_params(verbose=False)
        chunks = counted_by(chunks, count, "rows", len)
    empty = 0
    for chunk in chunks:
        full = [row for row in chunk if str(row[name] or "").strip()]
        texts = [str(row[name]) for row in full]
        found = model.alternatives(texts, alternatives, beam) if texts and alternatives > 1 else []
        found = found or [[text] for text in (model.predict(texts, beam) if texts else [])]
        written = {id(row): answers for row, answers in zip(full, found, strict=True)}
        empty += len(chunk) - len(full)
        for row in chunk:
            for number, answer in enumerate(written.get(id(row), [""]), 1):
                yield {**row, **({"alternative": number} if alternatives > 1 else {}), ANSWER: answer}
    if empty:
        logging.getLogger(__name__).warning("%d texts are empty, and so is what is written for them", empty)
