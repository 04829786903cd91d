"""The command in this process, reviews in every format, and two models that nobody changes."""

import contextlib
import io
import json
import logging
import shutil
import sys
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest

from vaeworks.cli.main import main

SMALL = ("--epochs", "2", "--latent-dim", "4", "--max-tokens", "12", "--learning-rate", "0.02", "--batch-size", "20")


@dataclass
class Result:
    """What a run of the command left behind."""

    code: int
    out: str
    err: str

    def json(self):
        """The one JSON object on standard output."""
        assert self.code == 0, self.err
        assert self.out.count("\n") == 1
        return json.loads(self.out, parse_constant=refuse)

    def refusal(self):
        """The one sentence of a mistake."""
        assert (self.code, self.out) == (2, ""), self
        return self.said()

    def said(self):
        """The one line on standard error, without its prefix."""
        assert self.err.startswith("vae: ")
        assert self.err.count("\n") == 1, self.err
        return self.err.removeprefix("vae: ").rstrip("\n")


def refuse(constant):
    raise AssertionError(f"{constant} is no JSON")


@pytest.fixture(scope="session")
def vae():
    """Run `vae` with these words, in this process."""
    handlers = logging.root.handlers[:]

    def run(*words):
        out, err, argv = io.StringIO(), io.StringIO(), sys.argv
        sys.argv = ["vae", *map(str, words)]
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), pytest.raises(SystemExit) as end:
                main()
        finally:
            sys.argv, logging.root.handlers[:] = argv, handlers
        return Result(end.value.code, out.getvalue(), err.getvalue())

    return run


@pytest.fixture(scope="session")
def reviews(tiny_corpus, tmp_path_factory):
    """A folder with the same 100 reviews and their stars in every format; csv files have a third column."""
    folder = tmp_path_factory.mktemp("reviews")
    texts, labels = (part[:100] for part in tiny_corpus)
    stars = [5 if label == "good" else 1 for label in labels]
    table = pa.table({"review": texts, "stars": stars})
    signed = table.append_column("author", pa.array([f"reader {row}" for row in range(100)]))
    for name in ("reviews.csv", "others.csv"):
        pa.csv.write_csv(signed, folder / name)
    pa.csv.write_csv(table, folder / "reviews.tsv", pa.csv.WriteOptions(delimiter="\t"))
    pa.parquet.write_table(table, folder / "reviews.parquet")
    (folder / "reviews.jsonl").write_text("".join(json.dumps(row) + "\n" for row in table.to_pylist()))
    (folder / "reviews.txt").write_text("\n".join(texts) + "\n")
    for name in ("pos", "neg"):
        (folder / "folder" / name).mkdir(parents=True)
    for row, (text, label) in enumerate(zip(texts, labels, strict=True)):
        (folder / "folder" / ("pos" if label == "good" else "neg") / f"{row}.txt").write_text(text)
    return folder


@pytest.fixture(scope="session")
def fitted(vae, reviews, tmp_path_factory):
    """Fit a tiny model on one of the files, which must succeed; gives its folder."""

    def fit(source, *words, out=None):
        out = out or tmp_path_factory.mktemp("models") / "model"
        result = vae("fit", "text", reviews / source, "--out", out, *SMALL, *words)
        assert result.code == 0, result.err
        return out

    return fit


@pytest.fixture(scope="session")
def model(fitted):
    return fitted("reviews.csv", "--text", "review", "--label", "stars")


@pytest.fixture(scope="session")
def unlabelled_model(fitted):
    return fitted("reviews.txt")


@pytest.fixture
def own_model(model, tmp_path):
    """A copy that a test may change."""
    return shutil.copytree(model, tmp_path / "own")
