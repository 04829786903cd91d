"""From pairs of texts to batches of token ids."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from ..core.batch import Batch
from ..errors import VaeworksError
from ..fitting.examples import InMemory
from ..held_out import parted_alike
from ..tokens.batching import padded, rows_of_like_length
from ..tokens.texts import check_texts
from ..tokens.vocabulary import END, PAD, Vocabulary
from .parameters import Seq2SeqParameters

log = logging.getLogger(__name__)
Ids = list[np.ndarray]


class PairData(InMemory):
    """Encoded pairs in batches of about one length, since padding costs time.

    Parameters
    ----------
    sources : list of arrays
    targets : list of arrays, or None
        None where there is nothing to score.
    batch_size : int
    """

    def __init__(self, sources: Ids, targets: Ids | None, batch_size: int) -> None:
        super().__init__(len(sources), batch_size)
        self.sources, self.targets = sources, targets

    def epoch(self, seed: int | None) -> Iterator[Batch]:
        if seed is None or self.targets is None:
            yield from super().epoch(seed)
            return
        lengths = [len(target) * 1000 + len(source) for target, source in zip(self.targets, self.sources, strict=True)]
        for rows in rows_of_like_length(lengths, self.batch_size, np.random.default_rng(seed)):
            yield self.batch(rows)

    def batch(self, rows: np.ndarray) -> Batch:
        """Token ids (B, S) of the sources, and (B, T) of the targets."""
        sources = padded([self.sources[row] for row in rows])
        if self.targets is None:
            return Batch(None, condition=sources)
        target = padded([self.targets[row] for row in rows])
        return Batch(target, observed=target != PAD, condition=sources)

    def take(self, rows: np.ndarray) -> "PairData":
        """The pairs of these row numbers."""
        targets = None if self.targets is None else [self.targets[row] for row in rows]
        return PairData([self.sources[row] for row in rows], targets, self.batch_size)


@dataclass(frozen=True)
class PairReader:
    """What was learned of pairs: the vocabulary that both sides share."""

    vocabulary: Vocabulary

    @classmethod
    def learn(
        cls, X: Any, y: Any, estimator: Seq2SeqParameters, share: float
    ) -> tuple[Self, PairData, PairData | None]:
        sources, targets = pairs(X, y)
        rows, _ = parted_alike(sources, share)
        chunks = [[sources[row] for row in rows], [targets[row] for row in rows]]
        size, least = estimator.vocabulary_size, estimator.min_count
        reader = cls(Vocabulary.learn(chunks, size, estimator.lower, "spaced", least))
        return reader.further(sources, targets, estimator, share)

    def further(
        self, X: Any, y: Any, estimator: Seq2SeqParameters, share: float, anew: bool = True
    ) -> tuple[Self, PairData, PairData | None]:
        sources, targets = pairs(X, y)
        data = self.data(sources, targets, estimator)
        rows, others = parted_alike(sources, share)
        return self, data.take(rows), data.take(others) if len(others) else None

    def data(self, X: Any, y: Any, estimator: Seq2SeqParameters) -> PairData:
        if y is None:
            return PairData(self._ids(texts_of(X, "source"), estimator, "sources"), None, estimator.batch_size)
        sources, targets = pairs(X, y)
        known = self._ids(sources, estimator, "sources"), self._ids(targets, estimator, "targets")
        return PairData(*known, estimator.batch_size)

    def _ids(self, texts: list[str], estimator: Seq2SeqParameters, called: str) -> Ids:
        """Each with an end mark, but for those that are cut."""
        most, encoded = estimator.max_tokens, self.vocabulary.encode(texts)
        cut = sum(len(ids) > most for ids in encoded)
        if cut:
            log.warning("%d of %d %s are cut to max_tokens (%d)", cut, len(texts), called, most)
        return [np.array([*ids, END] if len(ids) <= most else ids[:most]) for ids in encoded]

    def to_state(self) -> dict:
        return {"vocabulary": self.vocabulary.to_json()}

    @classmethod
    def from_state(cls, state: dict) -> Self:
        return cls(Vocabulary.from_json(state["vocabulary"]))


def pairs(X: Any, y: Any) -> tuple[list[str], list[str]]:
    """Sources and targets, as many of each.

    Raises
    ------
    VaeworksError
    """
    if y is None:
        raise VaeworksError("a pair has a target: give the targets as y")
    sources, targets = texts_of(X, "source"), texts_of(y, "target")
    if len(sources) != len(targets):
        raise VaeworksError(f"there are {len(sources)} sources but {len(targets)} targets: give one target a source")
    return sources, targets


def texts_of(X: Any, called: str) -> list[str]:
    """A list of texts.

    Raises
    ------
    VaeworksError
    """
    if isinstance(X, str):
        raise VaeworksError(f"{called}s must be a list of strings, not one string: put it into a list")
    if not isinstance(X, Sequence | np.ndarray) and not hasattr(X, "tolist"):
        raise VaeworksError(f"{called}s must be a list of strings, not a {type(X).__name__}: put them into a list")
    texts = list(X)
    if not texts:
        raise VaeworksError(f"there are no {called}s: give at least one")
    check_texts(texts, called=called)
    return texts
