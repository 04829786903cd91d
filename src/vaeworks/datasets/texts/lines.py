"""Files with one record a line (.txt, .jsonl, .ndjson), streamed line by line."""

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from ...errors import VaeworksError
from ..dialects import lines_in, opened
from ..encodings import not_encoded
from .rows import READ_ROWS

JSON_KINDS = {str: "string", bool: "bool", int: "int64", float: "double", list: "a list", dict: "an object"}


class TextSource:
    """A local .txt file: one text a line."""

    typed = True

    def __init__(self, path: Path, encoding: str) -> None:
        self.path = path
        self.encoding = encoding

    def columns(self) -> dict[str, str]:
        return {"text": "string"}

    def read(self, text: str, label: str | None) -> Iterator[pa.RecordBatch]:
        for texts in grouped(lines_of(self.path, self.encoding)):
            yield pa.record_batch({"text": pa.array(texts, pa.string())})

    def place(self, row: int) -> str:
        return f"line {row}"


class JsonSource:
    """A local .jsonl or .ndjson file: one JSON object a line."""

    typed = True

    def __init__(self, path: Path, encoding: str) -> None:
        self.path = path
        self.encoding = encoding

    def columns(self) -> dict[str, str]:
        kinds: dict[str, str] = {}
        for record in records_of(self.path, self.encoding):
            for column, value in record.items():
                if kinds.get(column, "null") == "null":
                    kinds[column] = JSON_KINDS.get(type(value), "null")
        if not kinds:
            raise VaeworksError(f"{self.path.name} holds only empty objects: give them fields such as text")
        return kinds

    def read(self, text: str, label: str | None) -> Iterator[pa.RecordBatch]:
        for records in grouped(records_of(self.path, self.encoding)):
            columns = {"text": self._array(records, text, pa.string())}
            if label is not None:
                columns["label"] = self._array(records, label)
            yield pa.record_batch(columns)

    def place(self, row: int) -> str:
        return f"line {row}"

    def _array(self, records: list[dict[str, Any]], column: str, kind: pa.DataType | None = None) -> pa.Array:
        values = [record.get(column) for record in records]
        try:
            array = pa.array(values, kind)
            if pa.types.is_nested(array.type):
                raise pa.ArrowTypeError("no value")
            return array
        except (pa.ArrowException, OverflowError) as error:
            kinds = sorted({JSON_KINDS[type(value)] for value in values if value is not None})
            wanted = "one kind" if kind is None else "text"
            raise VaeworksError(
                f"{self.path.name}: column {column!r} holds {' and '.join(kinds)}, but it should hold {wanted} only"
            ) from error
        except UnicodeEncodeError as error:
            raise VaeworksError(
                f"{self.path.name}: column {column!r} holds {error.object[error.start]!a}, "
                "half of a character: write the file again without it"
            ) from error


def records_of(path: Path, encoding: str) -> Iterator[dict[str, Any]]:
    """The objects of a .jsonl, one a line.

    Raises
    ------
    VaeworksError
        Where a line is no object.
    """
    for number, line in enumerate(lines_of(path, encoding), 1):
        yield record_in(line, number, path)


def record_in(line: str, number: int, path: Path) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        reason = str(error).partition(":")[0]
        raise VaeworksError(f"{path.name}: line {number} is not JSON ({reason}): mend it") from error
    if not isinstance(record, dict):
        raise VaeworksError(
            f'{path.name}: line {number} is not a JSON object: write one a line, as in {{"text": "..."}}'
        )
    return record


def lines_of(path: Path, encoding: str) -> Iterator[str]:
    with opened(path, encoding) as file:
        try:
            for line in lines_in(file, path):
                yield line.removesuffix("\n")
        except UnicodeError as error:
            raise not_encoded(path, encoding) from error


def grouped(records: Iterable[Any]) -> Iterator[list[Any]]:
    records = iter(records)
    while group := list(islice(records, READ_ROWS)):
        yield group
