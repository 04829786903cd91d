"""Texts, and a source of them."""

import pyarrow as pa


class Records:
    """A source of record batches, of any sizes, that tells how many were read."""

    def __init__(self, texts, labels=None, sizes=(5, 9, 1)):
        self.texts, self.labels, self.sizes, self.read = texts, labels, sizes, 0

    def chunks(self, size):
        start, self.read = 0, 0
        while start < len(self.texts):
            rows = slice(start, start + self.sizes[self.read % len(self.sizes)])
            columns = {"text": self.texts[rows]} | ({} if self.labels is None else {"label": self.labels[rows]})
            self.read += 1
            yield pa.record_batch(columns)
            start = rows.stop


def sentences(rows):
    """Text number i is `word i`, and `long` i % 5 times."""
    return [f"word{row}" + " long" * (row % 5) for row in range(rows)]


def all_rows(stream):
    return [text for texts, _ in stream for text in texts]
