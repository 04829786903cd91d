"""Texts and their labels as a stream that is read again and again, in memory that does not grow with their number."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..errors import VaeworksError
from ..held_out import held_out
from ..labels import native
from ..tokens.texts import check_texts
from ..tokens.writing import Forms

ROWS_A_CHUNK = 2048
Chunk = tuple[list[str], list[Any] | None]


class Texts:
    """Texts and their labels as a stream that can be read again and again.

    Parameters
    ----------
    X : sequence of str, another stream, or an object whose `chunks()` yields record batches; or a tuple of such
        Record batches have the columns `text` and, where there are labels, `label`.
    y : sequence or None
        Labels for a sequence of str.
    held_out : float
        Share of the rows that is left to validation, spread evenly over the stream, and is not in this one.
    """

    def __init__(self, X: Any, y: Any = None, held_out: float = 0.0) -> None:
        if isinstance(X, str):
            raise VaeworksError("texts must be a list of strings, not one string: put it into a list")
        if hasattr(X, "columns") or getattr(X, "ndim", 1) != 1:
            raise VaeworksError("texts must be one column, not a table: pass the column, as in df['text']")
        if isinstance(X, dict | set) or not (isinstance(X, Texts) or hasattr(X, "__len__") or hasattr(X, "chunks")):
            raise VaeworksError(f"texts must be a list of strings, not a {type(X).__name__}: put them into a list")
        self.X, self.y, self.held_out = X, y, held_out
        if y is not None and len(y) != len(X):
            raise VaeworksError(f"there are {len(X)} texts but {len(y)} labels: give one label a text")

    def __iter__(self) -> Iterator[Chunk]:
        for (texts, labels), kept_back in self.marked(self.held_out):
            yield chosen(texts, labels, ~kept_back)

    def marked(self, share: float) -> Iterator[tuple[Chunk, np.ndarray]]:
        """Every chunk, and which of its rows are held out."""
        first = 0
        for texts, labels in self._chunks():
            check_texts(texts, first)
            yield (texts, labels), held_out(first, len(texts), share)
            first += len(texts)

    def labels(self) -> Iterator[Any]:
        """The labels alone, one by one."""
        for texts, labels in self:
            yield from whole(texts, labels)

    def _chunks(self) -> Iterator[Chunk]:
        several = isinstance(self.X, tuple) and not isinstance(next(iter(self.X), ""), str)
        for source in self.X if several else (self.X,):
            if isinstance(source, Texts):
                yield from source
            else:
                yield from from_records(source) if hasattr(source, "chunks") else from_sequence(source, self.y)


class Survey:
    """Texts to train on, chunk by chunk; each pass over them notes the labels of all rows, held out or not, and forms.

    Parameters
    ----------
    stream : Texts
    share : float
        Of the rows, which is held out.
    forms : Forms
        Sees all of the texts to train on.
    """

    def __init__(self, stream: Texts, share: float, forms: Forms) -> None:
        self.stream, self.share, self.forms, self.labels = stream, share, forms, dict[Any, None]()

    def __iter__(self) -> Iterator[list[str]]:
        for (texts, labels), kept_back in self.stream.marked(self.share):
            self.labels |= dict.fromkeys(map(native, whole(texts, labels)))
            kept, _ = chosen(texts, labels, ~kept_back)
            self.forms.see(kept)
            yield kept


def chosen(texts: list[str], labels: list[Any] | None, which: np.ndarray) -> Chunk:
    rows = np.flatnonzero(which)
    return [texts[row] for row in rows], None if labels is None else [labels[row] for row in rows]


def from_records(source: Any) -> Iterator[Chunk]:
    for record in source.chunks(ROWS_A_CHUNK):
        labels = record.column("label").to_pylist() if "label" in record.schema.names else None
        yield record.column("text").to_pylist(), labels


def from_sequence(X: Any, y: Any) -> Iterator[Chunk]:
    for start in range(0, len(X), ROWS_A_CHUNK):
        rows = slice(start, start + ROWS_A_CHUNK)
        yield list(X[rows]), None if y is None else list(y[rows])


def whole(texts: list[str], labels: list[Any] | None) -> list[Any]:
    """A label for each text, None where there are none."""
    return [None] * len(texts) if labels is None else labels
