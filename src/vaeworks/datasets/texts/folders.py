"""Folders of class folders of .txt files, such as pos/ and neg/: one text a file."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from ..encodings import not_encoded, without_mark
from ..listing import class_tree
from .lines import grouped


class ClassFolders:
    """A local folder whose subfolders are the classes; any first rows hold every class."""

    typed = True

    def __init__(self, path: Path, encoding: str) -> None:
        self.path = path
        self.encoding = encoding
        tree = class_tree(path, (".txt",))
        self.classes = sorted(tree.classes)
        self.files = tree.dealt()
        if self.files:
            tree.say_left_out()

    def columns(self) -> dict[str, str]:
        name = "sentiment" if self.classes == ["neg", "pos"] else "label"
        return {"text": "string", name: "string"}

    def read(self, text: str, label: str | None) -> Iterator[pa.RecordBatch]:
        for files in grouped(self.files):
            columns = {"text": pa.array([self._text(file) for _, file in files], pa.string())}
            if label is not None:
                columns["label"] = pa.array([name for name, _ in files], pa.string())
            yield pa.record_batch(columns)

    def place(self, row: int) -> str:
        name, file = self.files[row - 1]
        return f"{name}/{file.name}"

    def _text(self, file: Path) -> str:
        try:
            return file.read_text(encoding=without_mark(self.encoding))
        except UnicodeError as error:
            raise not_encoded(file, self.encoding) from error
