"""An interpolated Kneser-Ney trigram (Chen & Goodman 1999, section 4.1), as the peer of a decoder."""

import numpy as np


class Counts:
    """How often integer keys occur."""

    def __init__(self, keys: np.ndarray, counts: np.ndarray | None = None) -> None:
        self.keys, places = np.unique(keys, return_inverse=True)
        self.counts = np.bincount(places, counts)

    def of(self, keys: np.ndarray) -> np.ndarray:
        places = np.searchsorted(self.keys, keys).clip(max=len(self.keys) - 1)
        return np.where(self.keys[places] == keys, self.counts[places], 0.0)


class Level:
    """p(word | history) from counts of history and word together, given that of a shorter history."""

    def __init__(self, grams: Counts, words: int) -> None:
        once, twice = (grams.counts == 1).sum(), (grams.counts == 2).sum()
        self.grams, self.words, self.discount = grams, words, once / (once + 2 * twice)
        self.total = Counts(grams.keys // words, grams.counts)
        self.kinds = Counts(grams.keys // words)

    def probability(self, histories: np.ndarray, words: np.ndarray, shorter: np.ndarray) -> np.ndarray:
        total = self.total.of(histories)
        seen = np.maximum(self.grams.of(histories * self.words + words) - self.discount, 0.0)
        given = (seen + self.discount * self.kinds.of(histories) * shorter) / np.maximum(total, 1.0)
        return np.where(total > 0, given, shorter)


class Trigram:
    """Learned from sequences of token ids below `words`; the first token has two of `start` before it."""

    def __init__(self, sequences: list[np.ndarray], words: int, start: int) -> None:
        self.words, self.start = words, start
        first, second, third = self._columns(sequences)
        trigrams = Counts((first * words + second) * words + third)
        bigrams = Counts(trigrams.keys % words**2)
        unigrams = Counts(bigrams.keys % words)
        self.levels = [Level(unigrams, words), Level(bigrams, words), Level(trigrams, words)]

    def log_prob(self, sequences: list[np.ndarray]) -> float:
        """The sum over all tokens, in nats."""
        first, second, third = self._columns(sequences)
        probability = np.full(len(third), 1 / self.words)
        for level, histories in zip(self.levels, (0 * second, second, first * self.words + second), strict=True):
            probability = level.probability(histories, third, probability)
        return float(np.log(probability).sum())

    def _columns(self, sequences: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        rows = [np.concatenate([[self.start, self.start], row]) for row in sequences]
        return tuple(np.concatenate([row[at : len(row) - 2 + at] for row in rows]).astype(np.int64) for at in range(3))
