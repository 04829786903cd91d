"""The shell verbs of texts. They import torch only when they run, so that help is quick."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..options import AsText, Count, Encoding, File, GivenTexts, Label, Local, OfLabel, Origin, Steps, TextsOut
from .presets import PRESETS  # noqa: F401  # the table of kinds looks for them here

if TYPE_CHECKING:
    from ..datasets import DataSet
    from ..storage.answers import Answers
    from .estimator import TextVAE

DATA = "A named set, or a csv, tsv, jsonl, parquet, txt or a folder of pos/ and neg/."
FIT = "a text VAE: one latent code that reconstructs a text and predicts its label"
EXAMPLES = {
    "fit": (
        "vae fit text rotten --out models/rotten",
        "vae fit text my.csv --text review --label stars --out models/mine",
        "vae fit text imdb --preset quick --out models/quick",
        "vae fit text my.csv --from imdb --out models/mine",
    ),
    "evaluate": (
        "vae evaluate models/rotten",
        "vae evaluate models/mine new.csv --text review --label stars --samples 100",
    ),
    "encode": ("vae encode models/rotten my.csv --text review --out codes.parquet",),
    "report": ("vae report models/rotten --out report.html",),
}
RawTokens = Annotated[bool, typer.Option("--tokens", help="Give the tokens as they are, spaces between.")]
TextColumn = Annotated[str | None, typer.Option("--text", help="Column that holds the text.")]


@dataclass(frozen=True)
class Source:
    """How a source of texts is read."""

    text: TextColumn = None
    label: Label = None
    encoding: Encoding = "utf-8"
    drop_empty: Annotated[bool, typer.Option("--drop-empty", help="Leave out rows without a text.")] = False
    data: Local = None

    def load(self, source: str, model: "TextVAE | None" = None) -> "DataSet":
        from ..datasets import load_texts

        return load_texts(source, **asdict(self))


def reconstruct(
    model: "TextVAE",
    texts: GivenTexts = None,
    file: File = None,
    column: TextColumn = None,
    out: TextsOut = None,
    encoding: Encoding = "utf-8",
    as_text: AsText = False,
    tokens: RawTokens = False,
) -> dict:
    """Encode texts and decode them again, with the predicted label.

    Examples:

      vae reconstruct models/rotten "A film I will not forget."

      vae reconstruct models/rotten reviews.txt --json
    """
    from ..storage.answers import Given, answered

    given = Given(texts, file, column, encoding, name="original", as_texts=as_text)
    answers = _answers(model, "reconstruction", lambda some: _shown(model, model.reconstruct(some), tokens))
    return answered(model, given, answers, out)


def predict(
    model: "TextVAE",
    texts: GivenTexts = None,
    file: File = None,
    column: TextColumn = None,
    out: TextsOut = None,
    encoding: Encoding = "utf-8",
    as_text: AsText = False,
) -> dict:
    """Predict the label of texts; a file is read as it is written, row by row, and its columns are kept.

    Examples:

      vae predict imdb "A film I will not forget."

      vae predict imdb new.csv --text review --out labelled.parquet

      cat lines.txt | vae predict imdb - --out labelled.jsonl
    """
    from ..storage.answers import Given, answered

    model.require_labels()
    return answered(model, Given(texts, file, column, encoding, as_texts=as_text), _answers(model), out)


def rewrite(
    model: "TextVAE",
    texts: GivenTexts = None,
    label: Annotated[str, typer.Option("--label", help="That the texts shall have.")] = ...,  # type: ignore[assignment]
    sure: Annotated[float, typer.Option("--sure", help="Probability of the label that the codes reach.")] = 0.9,
    file: File = None,
    column: TextColumn = None,
    out: TextsOut = None,
    encoding: Encoding = "utf-8",
    as_text: AsText = False,
) -> dict:
    """Turn the label of texts, and keep as much else as their codes allow.

    The code of a text moves just so far that the linear layer is sure. A text that has the label stays as it is.

    Examples:

      vae rewrite imdb "A waste of time." --label positive
    """
    from ..storage.answers import Given, answered

    model.require_labels()
    wanted = model.class_named(label)
    answers = _answers(model, "rewritten", lambda texts: model.rewrite(texts, wanted, sure), read_again=True)
    return answered(model, Given(texts, file, column, encoding, as_texts=as_text), answers, out)


def _answers(
    model: "TextVAE",
    name: str | None = None,
    write: Callable[[list[str]], list[str]] | None = None,
    read_again: bool = False,
) -> "Answers":
    """The label of texts; or, by that name, what is written for them, with the label of the text, or its own."""
    from ..storage.answers import Answers

    def said(texts: list[str]) -> list[list[dict]]:
        new = write(texts) if write else texts
        labels = model.predictions(new if read_again else texts)
        return [[{**({name: text} if name else {}), **label}] for text, label in zip(new, labels, strict=True)]

    labels = {model.label_name: None, "probability": None} if model.reader_.classes is not None else {}
    return Answers(said, {**({name: ""} if name else {}), **labels}, name or model.label_name)


def sample(
    model: "TextVAE",
    n: Count = 5,
    label: OfLabel = None,
    temperature: Annotated[
        float | None,
        typer.Option(
            min=0.0, help="Of the words: 1 is the model itself, 0 greedy. If not said, 0.8; with two levels 0.2."
        ),
    ] = None,
    prior: Origin = "auto",
    out: TextsOut = None,
    tokens: RawTokens = False,
    seed: int = 0,
) -> dict:
    """Write new texts: codes from the prior, words from the decoder.

    With a label, codes that it fits, and of four texts from each the one that reads most like it. With two levels, of
    six codes of each sentence the one of whose words the decoder is most certain.

    Examples:

      vae sample imdb -n 5 --label positive --temperature 0.8 --seed 1
    """
    drawn = model.sample(n, model.class_named(label), temperature, seed, prior=prior)
    return _texts(_shown(model, drawn, tokens), out)


def interpolate(
    model: "TextVAE",
    first: Annotated[str, typer.Argument(metavar="FROM")],
    second: Annotated[str, typer.Argument(metavar="TO")],
    steps: Steps = 7,
    out: TextsOut = None,
    tokens: RawTokens = False,
) -> dict:
    """Walk in a straight line from one text's code to another's.

    Examples:

      vae interpolate imdb "A gem." "A waste of time." --steps 7
    """
    return _texts(_shown(model, model.interpolate(first, second, steps), tokens), out)


def _shown(model: "TextVAE", texts: list[str], tokens: bool) -> list[str]:
    return texts if tokens else model.as_written(texts)


def _texts(texts: list[str], out: Path | None) -> dict:
    if out is None:
        return {"texts": texts}
    from ..storage.rows import write_rows

    return {"rows_written": write_rows([{"text": text} for text in texts], out, "text"), "out": str(out)}
