"""From texts to batches of token ids, in memory that does not grow with their number."""

import logging
import tempfile
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
import pyarrow as pa
import torch

from ..core.batch import Batch
from ..errors import VaeworksError
from ..labels import LABEL, OWN, Classes, further_classes, indices_of, is_missing, native
from ..tokens.batching import rows_of_like_length
from ..tokens.vocabulary import PAD, Vocabulary
from ..tokens.writing import Forms, Writing
from .parameters import TextParameters
from .pseudo_labels import Teacher, distilled_by_itself
from .stream import ROWS_A_CHUNK, Survey, Texts, chosen, whole
from .windows import Sentences, Window

CHUNKS_A_POOL = 16
BYTES_IN_MEMORY = 64 * 2**20
PSEUDO_INPUTS, PSEUDO_SENTENCES, PSEUDO_TOKENS = 64, 8, 40
Completed = Callable[[list[str], np.ndarray], np.ndarray]
Labels = dict[str, np.ndarray]
log = logging.getLogger(__name__)


class Encoding:
    """Texts as they are encoded, in chunks that are all full but the last; on disk when they are more than 64 MiB.

    Parameters
    ----------
    vocabulary : Vocabulary
    classes : Classes or None
    window : Window or Sentences
        What of a text is read and scored.
    completed : callable or None
        Turns texts and their class indices (-1 where missing) into shares of the classes (N, classes).
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        classes: Classes | None,
        window: Window | Sentences,
        completed: Completed | None = None,
    ) -> None:
        self.vocabulary, self.classes, self.window, self.completed = vocabulary, classes, window, completed
        self.file = tempfile.SpooledTemporaryFile(max_size=BYTES_IN_MEMORY)  # noqa: SIM115
        weakref.finalize(self, self.file.close)
        columns = {"ids": pa.list_(pa.int32()), "own": pa.int64()}
        if completed is not None and classes is not None:
            columns["shares"] = pa.list_(pa.float32(), len(classes))
        self.schema = pa.schema(columns)
        self.writer, self.examples = pa.ipc.new_file(self.file, self.schema), 0
        self.texts: list[str] = []
        self.labels: list[Any] = []

    def take(self, texts: list[str], labels: list[Any] | None) -> None:
        self.texts += texts
        self.labels += whole(texts, labels)
        while len(self.texts) >= ROWS_A_CHUNK:
            self._write()

    def done(self) -> Any:
        """The file of all chunks."""
        if self.texts:
            self._write()
        self.writer.close()
        return self.file

    def _write(self) -> None:
        texts, labels = self.texts[:ROWS_A_CHUNK], self.labels[:ROWS_A_CHUNK]
        self.texts, self.labels = self.texts[ROWS_A_CHUNK:], self.labels[ROWS_A_CHUNK:]
        ids = self.window.ids(texts, self.vocabulary)
        own = indices_of(self.classes, labels)
        columns = [ids, own] if self.completed is None else [ids, own, list(self.completed(texts, own))]
        arrays = [pa.array(column, field.type) for column, field in zip(columns, self.schema, strict=True)]
        self.writer.write(pa.record_batch(arrays, schema=self.schema))
        self.examples += len(texts)


class TextData:
    """Encoded texts in batches.

    Batches are drawn from a pool of shuffled chunks and hold texts of about one length, since padding costs time.

    Parameters
    ----------
    encoding : Encoding
        That has taken every text.
    batch_size : int
    """

    def __init__(self, encoding: Encoding, batch_size: int) -> None:
        self.encoding, self.window, self.batch_size = encoding, encoding.window, batch_size
        self.reader, self.examples = pa.ipc.open_file(encoding.done()), encoding.examples
        if not self.examples:
            raise VaeworksError("there are no texts: give at least one")

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
            for rows in rows_of_like_length(map(self.window.size, ids), self.batch_size, random):
                yield self._batch([ids[i] for i in rows], {name: found[rows] for name, found in labels.items()})

    def _pools(self, random: np.random.Generator) -> Iterator[list[int]]:
        """Chunks in random order, a few at a time; the last and shorter one stays in the last pool."""
        count = self.reader.num_record_batches
        order = [*random.permutation(count - 1).tolist(), count - 1]
        for start in range(0, count, CHUNKS_A_POOL):
            yield order[start : start + CHUNKS_A_POOL]

    def _read(self, chunks: list[int]) -> tuple[list[np.ndarray], Labels]:
        records = [self.reader.get_batch(index) for index in chunks]
        ids = [row for record in records for row in rows_of(record.column("ids"))]
        names = {LABEL: "own"} if self.encoding.completed is None else {LABEL: "shares", OWN: "own"}
        return ids, {
            name: np.concatenate([values_of(record.column(column)) for record in records])
            for name, column in names.items()
        }

    def _batches(self, ids: list[np.ndarray], labels: Labels) -> Iterator[Batch]:
        for start in range(0, len(ids), self.batch_size):
            rows = slice(start, start + self.batch_size)
            yield self._batch(ids[rows], {name: found[rows] for name, found in labels.items()})

    def _batch(self, ids: list[np.ndarray], labels: Labels) -> Batch:
        """What is read of texts, and what is scored."""
        read, target = self.window.tensors(ids)
        return Batch(read, target, target != PAD, labels={name: torch.tensor(found) for name, found in labels.items()})


def rows_of(lists: pa.ListArray) -> list[np.ndarray]:
    offsets = lists.offsets.to_numpy()
    return np.split(lists.values.to_numpy()[offsets[0] :], (offsets[1:-1] - offsets[0]))


def values_of(labels: pa.Array) -> np.ndarray:
    """Class indices (N,), or shares of the classes (N, classes)."""
    if pa.types.is_integer(labels.type):
        return labels.to_numpy()
    return labels.flatten().to_numpy().reshape(len(labels), -1)


@dataclass(frozen=True)
class TextReader:
    """What was learned of texts: their vocabulary and classes, and how words are written."""

    vocabulary: Vocabulary
    classes: Classes | None
    writing: Writing = field(default_factory=Writing)

    @classmethod
    def learn(cls, X: Any, y: Any, estimator: TextParameters, share: float) -> tuple[Self, TextData, TextData | None]:
        forms, size, least = Forms(), estimator.vocabulary_size, estimator.min_count
        survey = Survey(Texts(X, y), share, forms)
        vocabulary = Vocabulary.learn(survey, size, estimator.lower, estimator.tokens, least)
        writing = forms.writing(vocabulary.words) if estimator.lower else Writing({})
        classes = Classes.learn(survey.labels, estimator.missing_label)
        return cls(vocabulary, classes, writing)._read(X, y, estimator, share)

    def further(
        self, X: Any, y: Any, estimator: TextParameters, share: float, anew: bool = True
    ) -> tuple[Self, TextData, TextData | None]:
        classes = further_classes(self.classes, Texts(X, y).labels(), estimator.missing_label, anew)
        return replace(self, classes=classes)._read(X, y, estimator, share)

    def _read(self, X: Any, y: Any, estimator: TextParameters, share: float) -> tuple[Self, TextData, TextData | None]:
        """Both parts in one pass; labels completed and distilled where the parameters want it."""
        teacher = self._teacher(Texts(X, y, share), estimator)
        kept, others = self._encoding(estimator, teacher), self._encoding(estimator)
        for (texts, labels), kept_back in Texts(X, y).marked(share):
            kept.take(*chosen(texts, labels, ~kept_back))
            others.take(*chosen(texts, labels, kept_back))
        some = others.texts or others.examples
        judged_by = TextData(others, estimator.batch_size) if some else None
        return self, TextData(kept, estimator.batch_size), judged_by

    def _teacher(self, stream: Texts, estimator: TextParameters) -> Completed | None:
        """What a linear classifier makes of texts that have no label, or have one, as far as the parameters want it."""
        classes = self.classes
        if classes is None:
            return None
        missing = (is_missing(native(label), classes.missing_label) for label in stream.labels())
        pseudo_labels = estimator.pseudo_labels and any(missing)
        distillation = estimator.distillation
        if distillation is None:
            distillation = distilled_by_itself(stream, classes)
        if not (pseudo_labels or distillation):
            return None
        if pseudo_labels:
            log.info("fitting a linear classifier, whose probabilities label the texts that have no label")
        if distillation:
            log.log(
                logging.WARNING if estimator.distillation is None else logging.INFO,  # what nobody asked for is said
                "%s of each label that is learned is what a linear classifier makes of its text without that label "
                "(distillation=0 takes labels as they are)",
                f"{distillation:.0%}",
            )
        return Teacher(stream, classes, distillation, pseudo_labels).completed

    def data(self, X: Any, y: Any, estimator: TextParameters) -> TextData:
        encoding = self._encoding(estimator)
        for texts, labels in Texts(X, y):
            encoding.take(texts, labels)
        return TextData(encoding, estimator.batch_size)

    def _encoding(self, estimator: TextParameters, completed: Completed | None = None) -> Encoding:
        return Encoding(self.vocabulary, self.classes, window_of(estimator), completed)

    def to_state(self) -> dict:
        classes = None if self.classes is None else self.classes.to_state()
        return {"vocabulary": self.vocabulary.to_json(), "classes": classes, "forms": self.writing.forms}

    @classmethod
    def from_state(cls, state: dict) -> Self:
        writing = Writing(state["forms"]) if "forms" in state else Writing()  # earlier models have none
        return cls(Vocabulary.from_json(state["vocabulary"]), Classes.from_state(state["classes"]), writing)


def window_of(estimator: TextParameters) -> Window | Sentences:
    """What of a text a model reads and scores, by its parameters."""
    most, words = estimator.max_tokens, estimator.decoder_words
    if estimator.levels == 1:
        return Window(most, estimator.tail_tokens, words)
    return Sentences(most, estimator.max_sentences, estimator.sentence_tokens, words, estimator.language)


def pseudo_inputs(data: TextData | None, levels: int) -> torch.Tensor:
    """Token ids (64, 40), or (64, 8, 40) with two levels, of texts for a VampPrior, few texts repeated.

    Padding where weights are about to be loaded.
    """
    rows = torch.full((PSEUDO_INPUTS, *((PSEUDO_SENTENCES,) if levels > 1 else ()), PSEUDO_TOKENS), PAD)
    filled = 0
    for batch in data.epoch(0) if data is not None else ():
        part = batch.input[(slice(PSEUDO_INPUTS - filled), *map(slice, rows.shape[1:]))]
        rows[(slice(filled, filled + len(part)), *map(slice, part.shape[1:]))] = part
        filled += len(part)
        if filled == PSEUDO_INPUTS:
            break
    return rows[torch.arange(PSEUDO_INPUTS) % max(filled, 1)]
