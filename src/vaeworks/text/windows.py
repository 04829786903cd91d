"""What is kept of a text, read and scored: its words in one row, or a row for each of its sentences."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from sentencex import segment
from torch import Tensor, nn

from ..tokens.batching import padded
from ..tokens.vocabulary import END, PAD, UNKNOWN, Vocabulary


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

    def ids(self, texts: list[str], vocabulary: Vocabulary) -> list[list[int]]:
        """What is kept of each text."""
        return [self.cut(row) for row in vocabulary.encode(texts)]

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

    def size(self, kept: np.ndarray) -> int:
        """By what texts are put together."""
        return len(kept)

    def tensors(self, rows: list[np.ndarray]) -> tuple[Tensor, Tensor]:
        """Token ids (B, T) to read and (B, T') to score, padded."""
        return padded([self.read(row) for row in rows]), padded([self.scored(row) for row in rows])


@dataclass(frozen=True)
class Sentences:
    """The first sentences of a text, each with an end mark; one that is too long goes on as the next.

    The last one has no end mark where the text goes on: neither it nor the text ends there.

    Attributes
    ----------
    tokens : int
        Of a text, of which the rest is left out.
    most : int
        Sentences of a text.
    longest : int
        Tokens of a sentence.
    words : int or None
        Ids from here on are scored as unknown.
    language : str
        By whose rules sentences end.
    """

    tokens: int
    most: int
    longest: int
    words: int | None = None
    language: str = "en"

    def ids(self, texts: list[str], vocabulary: Vocabulary) -> list[list[int]]:
        """What is kept of each text."""
        split = [self.split(text) for text in texts]
        encoded = iter(vocabulary.encode([part for parts in split for part in parts]))
        return [self.cut([next(encoded) for _ in parts]) for parts in split]

    def split(self, text: str) -> list[str]:
        return [part for part in segment(self.language, text) if part.strip()] or [text]

    def written(self, text: str, vocabulary: Vocabulary) -> tuple[list[str], str]:
        """The sentences that are kept as the text has them, and what stands after the last of them."""
        places, begin = [], 0
        for part in self.split(text):
            begin = text.index(part, begin)
            places.append([(begin + first, begin + last) for first, last in vocabulary.places(part)])
            begin += len(part)
        spans = [(piece[0][0], piece[-1][1]) for piece in self.fitting(places)]
        return [text[first:last] for first, last in spans], text[spans[-1][1] :]

    def cut(self, sentences: list[list[int]]) -> list[int]:
        """What is kept of a text; its last sentence perhaps in part."""
        fitting = self.fitting(sentences)
        kept = [token for piece in fitting for token in (*piece, END)]
        return kept if sum(map(len, fitting)) == sum(map(len, sentences)) else kept[:-1]

    def fitting(self, sentences: list[list[Any]]) -> list[list[Any]]:
        """What there is room for of what stands for the tokens of each sentence."""
        found, room = [], self.tokens
        for piece in islice(self.pieces(sentences), self.most):
            found.append(piece[:room])
            room -= len(piece)
            if room <= 0:
                break
        return found

    def pieces(self, sentences: list[list[Any]]) -> Iterator[list[Any]]:
        for tokens in sentences:
            for start in range(0, len(tokens), self.longest):
                yield tokens[start : start + self.longest]

    def size(self, kept: np.ndarray) -> int:
        """By what texts are put together: how many sentences they have, and among equals their tokens."""
        return len(parted(kept)) * 10_000 + min(len(kept), 9_999)

    def tensors(self, rows: list[np.ndarray]) -> tuple[Tensor, Tensor]:
        """Token ids (B, S, T) to read and (B, S, T + 1) to score, padded, as are sentences that are not there."""
        parts = [parted(row) for row in rows]
        count = np.array([len(sentences) for sentences in parts])
        there = np.arange(count.max()) < count[:, None]
        flat = [sentence for sentences in parts for sentence in sentences]
        words = padded([sentence[sentence != END] for sentence in flat])
        read = words.new_full((*there.shape, words.shape[1]), PAD)
        target = words.new_full((*there.shape, words.shape[1] + 1), PAD)
        read[there] = words
        scored = padded(flat)
        target[there] = nn.functional.pad(scored, (0, target.shape[2] - scored.shape[1]), value=PAD)
        return read, target if self.words is None else target.masked_fill(target >= self.words, UNKNOWN)


def parted(kept: np.ndarray) -> list[np.ndarray]:
    """The sentences of a text, each with its end mark where it has one."""
    parts = np.split(kept, np.flatnonzero(kept == END) + 1)
    return parts if len(parts[-1]) else parts[:-1]
