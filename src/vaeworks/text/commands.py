"""The shell verbs of texts. They import torch only when they run, so that help is quick."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import VaeworksError
from ..options import Count, Encoding, Label, Local, OfLabel, Origin, Steps, TextsOut
from .presets import PRESETS  # noqa: F401  # the table of kinds looks for them here

if TYPE_CHECKING:
    from ..datasets import DataSet
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
Texts = Annotated[list[str] | None, typer.Argument(metavar="[TEXT]...", help="The texts themselves.")]
File = Annotated[Path | None, typer.Option("--file", help="Read texts from here, one a line.")]


@dataclass(frozen=True)
class Source:
    """How a source of texts is read."""

    text: Annotated[str | None, typer.Option("--text", help="Column that holds the text.")] = None
    label: Label = None
    encoding: Encoding = "utf-8"
    drop_empty: Annotated[bool, typer.Option("--drop-empty", help="Leave out rows without a text.")] = False
    data: Local = None

    def load(self, source: str, model: Any = None) -> "DataSet":
        from ..datasets import load_texts

        return load_texts(source, **asdict(self))


def reconstruct(model: "TextVAE", texts: Texts = None, file: File = None, out: TextsOut = None) -> dict:
    """Encode texts and decode them again, with the predicted label.

    Examples:

      vae reconstruct models/rotten "A film I will not forget."

      vae reconstruct models/rotten --file reviews.txt --json
    """
    given = _given(texts, file)
    decoded, labels = model.reconstruct(given), model.predictions(given)
    rows = [
        {"original": original, "reconstruction": again, **label}
        for original, again, label in zip(given, decoded, labels, strict=True)
    ]
    return _rows(rows, out, "reconstruction")


def predict(model: "TextVAE", texts: Texts = None, file: File = None, out: TextsOut = None) -> dict:
    """Predict the label of texts.

    Examples:

      vae predict imdb "A film I will not forget."
    """
    given = _given(texts, file)
    model.require_labels()
    rows = zip(given, model.predictions(given), strict=True)
    return _rows([{"text": text, **label} for text, label in rows], out, model.label_name)


def rewrite(
    model: "TextVAE",
    texts: Texts = None,
    label: Annotated[str, typer.Option("--label", help="That the texts shall have.")] = ...,  # type: ignore[assignment]
    sure: Annotated[float, typer.Option("--sure", help="Probability of the label that the codes reach.")] = 0.9,
    file: File = None,
    out: TextsOut = None,
) -> dict:
    """Turn the label of texts, and keep as much else as their codes allow.

    The code of a text moves just so far that the linear layer is sure. A text that has the label stays as it is.

    Examples:

      vae rewrite imdb "A waste of time." --label positive
    """
    given = _given(texts, file)
    model.require_labels()
    new = model.rewrite(given, model.class_named(label), sure)
    rows = zip(given, new, model.predictions(new), strict=True)
    return _rows([{"text": one, "rewritten": other, **read} for one, other, read in rows], out, "rewritten")


def sample(
    model: "TextVAE",
    n: Count = 5,
    label: OfLabel = None,
    temperature: Annotated[float, typer.Option(min=0.0, help="Of the words: 1 is the model itself, 0 greedy.")] = 0.8,
    prior: Origin = "model",
    out: TextsOut = None,
    seed: int = 0,
) -> dict:
    """Write new texts: codes from the prior, words from the decoder.

    With a label, codes that it fits, and of four texts from each the one that reads most like it.

    Examples:

      vae sample imdb -n 5 --label positive --temperature 0.8 --seed 1
    """
    return _texts(model.sample(n, model.class_named(label), temperature, seed, prior=prior), out)


def interpolate(
    model: "TextVAE",
    first: Annotated[str, typer.Argument(metavar="FROM")],
    second: Annotated[str, typer.Argument(metavar="TO")],
    steps: Steps = 7,
    out: TextsOut = None,
) -> dict:
    """Walk in a straight line from one text's code to another's.

    Examples:

      vae interpolate imdb "A gem." "A waste of time." --steps 7
    """
    return _texts(model.interpolate(first, second, steps), out)


def _texts(texts: list[str], out: Path | None) -> dict:
    if out is None:
        return {"texts": texts}
    return _rows([{"text": text} for text in texts], out, "text")


def _rows(rows: list[dict], out: Path | None, answer: str) -> dict:
    if out is None:
        return {"rows": rows}
    from ..storage.rows import write_rows

    return {"rows_written": write_rows(rows, out, answer), "out": str(out)}


def _given(texts: list[str] | None, file: Path | None) -> list[str]:
    """The texts on the command line and the lines of a file, blank ones left out."""
    given = [*(texts or []), *(_lines(file) if file else [])]
    if not given:
        raise VaeworksError("no text was given: pass one in quotes, or a file of them with --file")
    return given


def _lines(file: Path) -> list[str]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise VaeworksError(f"{file} is not UTF-8: convert it, for instance with iconv -f latin1 -t utf-8") from error
    except OSError as error:
        raise VaeworksError(f"cannot read {file}: {(error.strerror or str(error)).lower()}") from error
    return [line for line in lines if line.strip()]
