"""The shell verbs of pairs of texts. They import torch only when they run, so that help is quick."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..options import AsText, Encoding, File, GivenTexts, Local, TextsOut, ending
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
ANSWER = "translation"
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

    def load(self, source: str, model: "Seq2SeqVAE | None" = None) -> "DataSet":
        from ..datasets import load_pairs

        return load_pairs(source, **asdict(self))


@dataclass(frozen=True)
class Judging:
    """How a translator is judged."""

    beam: Beam = 5


def predict(
    model: "Seq2SeqVAE",
    texts: GivenTexts = None,
    file: File = None,
    beam: Beam = 5,
    alternatives: Annotated[int, typer.Option("--alternatives", min=1, help="Give so many that differ.")] = 1,
    column: Column = None,
    out: TextsOut = None,
    encoding: Encoding = "utf-8",
    as_text: AsText = False,
) -> dict:
    """Write what belongs to texts, as their translations.

    A file is read as it is written, row by row: columns are kept, and an empty text gives an empty one.

    Examples:

      vae predict en-de "Two men are cooking."

      vae predict en-de "Two men are cooking." --alternatives 5

      vae predict en-de in.txt --out out.txt
    """
    from ..storage.answers import Answers, Given, answered

    def said(texts: list[str]) -> list[list[dict]]:
        if alternatives == 1:
            return [[{ANSWER: text}] for text in model.predict(texts, beam)]
        found = model.alternatives(texts, alternatives, beam)
        return [[{"alternative": n, ANSWER: text} for n, text in enumerate(row, 1)] for row in found]

    none = {ANSWER: ""} if alternatives == 1 else {"alternative": 1, ANSWER: ""}
    given = Given(texts, file, column, encoding, option="--source", as_texts=as_text)
    return answered(model, given, Answers(said, none, ANSWER), out)


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
