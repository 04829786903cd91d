"""From raw texts to batches of token ids, in memory that does not grow with their number."""

import tempfile
import weakref
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import torch
from torch import Tensor

from ..core.batch import Batch
from ..errors import VaeworksError
from ..fitting.held_out import held_out
from ..fitting.labels import LABEL, Classes
from ..tokens.vocabulary import END, PAD, UNKNOWN, Vocabulary

ROWS_A_CHUNK = 2048
CHUNKS_A_POOL = 16
BYTES_IN_MEMORY = 64 * 2**20
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
        Share of the rows that is left to validation, spread evenly over the stream.
    only_held_out : bool
        Whether this stream is that share, or the rest.
    limit : int or None
        The most rows.
    """

    def __init__(
        self, X: Any, y: Any = None, held_out: float = 0.0, only_held_out: bool = False, limit: int | None = None
    ) -> None:
        if isinstance(X, str):
            raise VaeworksError("texts must be a list of strings, not one string: put it into a list")
        if hasattr(X, "columns") or getattr(X, "ndim", 1) != 1:
            raise VaeworksError("texts must be one column, not a table: pass the column, as in df['text']")
        if isinstance(X, dict | set) or not (isinstance(X, Texts) or hasattr(X, "__len__") or hasattr(X, "chunks")):
            raise VaeworksError(f"texts must be a list of strings, not a {type(X).__name__}: put them into a list")
        self.X, self.y, self.held_out, self.only_held_out, self.limit = X, y, held_out, only_held_out, limit
        if y is not None and len(y) != len(X):
            raise VaeworksError(f"there are {len(X)} texts but {len(y)} labels: give one label a text")

    def __iter__(self) -> Iterator[Chunk]:
        first, given = 0, 0
        for texts, labels in self._chunks():
            check(texts, first)
            kept = self._kept(first, len(texts))[: None if self.limit is None else self.limit - given]
            first, given = first + len(texts), given + len(kept)
            yield [texts[i] for i in kept], None if labels is None else [labels[i] for i in kept]
            if given == self.limit:
                return

    def texts(self) -> "OnlyTexts":
        """The texts alone, as re-iterable chunks."""
        return OnlyTexts(self)

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

    def _kept(self, first: int, count: int) -> np.ndarray:
        return np.flatnonzero(held_out(first, count, self.held_out) == self.only_held_out)


class OnlyTexts:
    """The texts of a stream, chunk by chunk."""

    def __init__(self, stream: Texts) -> None:
        self.stream = stream

    def __iter__(self) -> Iterator[list[str]]:
        return (texts for texts, _ in self.stream)


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


def check(texts: list[Any], first: int) -> None:
    for index, text in enumerate(texts):
        if not isinstance(text, str):
            raise VaeworksError(f"text {first + index} is {text!r}, not a string: leave it out or turn it into one")
        if not text or text.isspace():
            raise VaeworksError(f"text {first + index} is empty: leave it out")
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise VaeworksError(
                f"text {first + index} holds {text[error.start]!a}, half of a character: take it out, or read the text "
                "again in its own encoding"
            ) from error


@dataclass(frozen=True)
class Window:
    """Which tokens of a text are read by the encoder and scored by the decoder.

    Attributes
    ----------
    head : int
        The first tokens: read and scored.
    tail : int
        The last tokens of a longer text: only read.
    words : int or None
        Ids from here on are scored as unknown; the encoder knows them.
    """

    head: int
    tail: int = 0
    words: int | None = None

    def cut(self, ids: list[int]) -> list[int]:
        """What is kept of a text: its head and tail, or all of it and an end mark."""
        if len(ids) <= self.head + self.tail:
            return [*ids, END]
        return ids[: self.head] + ids[len(ids) - self.tail :]

    def read(self, kept: np.ndarray) -> np.ndarray:
        return kept[:-1] if kept[-1] == END else kept

    def scored(self, kept: np.ndarray) -> np.ndarray:
        """The head, and its end mark where the text ends in it: a text that goes on does not end."""
        ends = kept[-1] == END and len(kept) == self.head + 1
        scored = kept[: self.head + ends]
        return scored if self.words is None else np.where(scored < self.words, scored, UNKNOWN)


class TextData:
    """Encoded texts in batches; on disk when they are more than 64 MiB.

    Batches are drawn from a pool of shuffled chunks and hold texts of about one length, since padding costs time.

    Parameters
    ----------
    stream : Texts
        Read once.
    vocabulary : Vocabulary
    classes : Classes or None
    window : Window
        Which tokens of a text are read and scored.
    batch_size : int
    completed : callable or None
        Turns texts and their class indices (-1 where missing) into shares of the classes (N, classes).
    """

    def __init__(
        self,
        stream: Texts,
        vocabulary: Vocabulary,
        classes: Classes | None,
        window: "Window",
        batch_size: int,
        completed: Callable[[list[str], np.ndarray], np.ndarray] | None = None,
    ) -> None:
        self.window, self.batch_size, self.examples = window, batch_size, 0
        self.file = tempfile.SpooledTemporaryFile(max_size=BYTES_IN_MEMORY)  # noqa: SIM115
        weakref.finalize(self, self.file.close)
        kind = pa.int64() if completed is None or classes is None else pa.list_(pa.float32(), len(classes))
        schema = pa.schema({"ids": pa.list_(pa.int32()), "label": kind})
        with pa.ipc.new_file(self.file, schema) as writer:
            for texts, labels in regular(stream):
                ids = [window.cut(row) for row in vocabulary.encode(texts)]
                known = np.full(len(ids), -1) if labels is None or classes is None else classes.indices(labels)
                known = known if completed is None else completed(texts, known)
                columns = [pa.array(ids, pa.list_(pa.int32())), pa.array(list(known), kind)]
                writer.write(pa.record_batch(columns, schema=schema))
                self.examples += len(ids)
        if not self.examples:
            raise VaeworksError("there are no texts: give at least one")
        self.reader = pa.ipc.open_file(self.file)

    def __len__(self) -> int:
        """Batches an epoch."""
        pooled = ROWS_A_CHUNK * CHUNKS_A_POOL
        full, rest = divmod(self.examples, pooled)
        return full * -(-pooled // self.batch_size) + -(-rest // self.batch_size)

    def epoch(self, seed: int | None) -> Iterator[Batch]:
        """Every text once; shuffled by `seed`, or in the order given when it is None."""
        if seed is None:
            for index in range(self.reader.num_record_batches):
                yield from self._batches(*self._read([index]))
            return
        random = np.random.default_rng(seed)
        for pool in self._pools(random):
            ids, labels = self._read(pool)
            for rows in rows_of_like_length(list(map(len, ids)), self.batch_size, random):
                yield self._batch([ids[i] for i in rows], labels[rows])

    def _pools(self, random: np.random.Generator) -> Iterator[list[int]]:
        """Chunks in random order, a few at a time; the last and shorter one stays in the last pool."""
        count = self.reader.num_record_batches
        order = [*random.permutation(count - 1).tolist(), count - 1]
        for start in range(0, count, CHUNKS_A_POOL):
            yield order[start : start + CHUNKS_A_POOL]

    def _read(self, chunks: list[int]) -> tuple[list[np.ndarray], np.ndarray]:
        records = [self.reader.get_batch(index) for index in chunks]
        ids = [row for record in records for row in rows_of(record.column("ids"))]
        return ids, np.concatenate([values_of(record.column("label")) for record in records])

    def _batches(self, ids: list[np.ndarray], labels: np.ndarray) -> Iterator[Batch]:
        for start in range(0, len(ids), self.batch_size):
            rows = slice(start, start + self.batch_size)
            yield self._batch(ids[rows], labels[rows])

    def _batch(self, ids: list[np.ndarray], labels: np.ndarray) -> Batch:
        """Token ids (B, T) to read and (B, T') to score."""
        target = padded([self.window.scored(row) for row in ids])
        known = {LABEL: torch.from_numpy(labels.copy())}
        return Batch(
            input=padded([self.window.read(row) for row in ids]), target=target, observed=target != PAD, labels=known
        )


def regular(stream: Texts) -> Iterator[Chunk]:
    """The same rows in chunks that are all full but the last, whatever their source or selection left."""
    texts: list[str] = []
    labels: list[Any] = []
    for more_texts, more_labels in stream:
        texts += more_texts
        labels += whole(more_texts, more_labels)
        while len(texts) >= ROWS_A_CHUNK:
            yield texts[:ROWS_A_CHUNK], labels[:ROWS_A_CHUNK]
            texts, labels = texts[ROWS_A_CHUNK:], labels[ROWS_A_CHUNK:]
    if texts:
        yield texts, labels


def rows_of(lists: pa.ListArray) -> list[np.ndarray]:
    offsets = lists.offsets.to_numpy()
    return np.split(lists.values.to_numpy()[offsets[0] :], (offsets[1:-1] - offsets[0]))


def values_of(labels: pa.Array) -> np.ndarray:
    """Class indices (N,), or shares of the classes (N, classes)."""
    if pa.types.is_integer(labels.type):
        return labels.to_numpy()
    return labels.flatten().to_numpy().reshape(len(labels), -1)


def rows_of_like_length(lengths: Iterable[int], batch_size: int, random: np.random.Generator) -> Iterator[np.ndarray]:
    """Row numbers in batches of about equal length, the batches in random order."""
    lengths = np.asarray(lengths)
    order = np.lexsort((random.random(len(lengths)), lengths))
    batches = [order[start : start + batch_size] for start in range(0, len(order), batch_size)]
    for index in random.permutation(len(batches)):
        yield batches[index]


def padded(rows: list[np.ndarray]) -> Tensor:
    lengths = np.array([len(row) for row in rows])
    present = np.arange(lengths.max()) < lengths[:, None]
    ids = np.full(present.shape, PAD, dtype=np.int64)
    ids[present] = np.concatenate(rows)
    return torch.from_numpy(ids)
