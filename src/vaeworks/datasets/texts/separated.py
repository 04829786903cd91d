"""Files of separated values (.csv, .tsv), streamed block by block; line breaks inside quotes are text."""

import codecs
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.csv as pa_csv

from ...errors import VaeworksError
from ..dialects import dialect_of
from ..encodings import not_encoded, undecodable_line
from ..headers import check_distinct

# pyarrow reads some 32 blocks ahead, whatever the file's length: 70 MB. No row may be longer than a block.
BLOCK_BYTES = 2 * 2**20


class SeparatedSource:
    """A local .csv or .tsv file.

    Labels are read as strings: their type is known only when all of them are (see `survey.narrow`).
    """

    typed = False

    def __init__(self, path: Path, encoding: str) -> None:
        self.path = path
        self.dialect = dialect_of(path, encoding)

    def columns(self) -> dict[str, str]:
        with self._explained() as rejected, self._open(rejected) as reader:
            rows = any(batch.num_rows for batch in reader)
            kinds = [str(kind) for kind in reader.schema.types]
            names = reader.schema.names
        if not rows:
            raise VaeworksError(f"{self.path.name} has a header ({', '.join(names)}) but no rows: add some")
        check_distinct(self.path, names)
        # Bytes that are not UTF-8 make pyarrow say binary; reading them as text then says what to do.
        return dict(zip(names, ["string" if kind == "binary" else kind for kind in kinds], strict=True))

    def read(self, text: str, label: str | None) -> Iterator[pa.RecordBatch]:
        wanted = {column: pa.string() for column in (text, label) if column is not None}
        with self._explained() as rejected, self._open(rejected, wanted) as reader:
            for batch in reader:
                columns = {"text": batch[text]}
                if label is not None:
                    columns["label"] = batch[label]
                yield pa.record_batch(columns)

    def place(self, row: int) -> str:
        return f"row {row} after the header"

    def _open(
        self, rejected: list[pa_csv.InvalidRow], wanted: dict[str, pa.DataType] | None = None
    ) -> pa_csv.CSVStreamingReader:
        def reject(row: pa_csv.InvalidRow) -> str:
            rejected.append(row)
            return "error"

        return open_separated(self.path, self.dialect.separator, self.dialect.encoding, reject, wanted)

    @contextmanager
    def _explained(self) -> Iterator[list[pa_csv.InvalidRow]]:
        """Say what is wrong with the file, where pyarrow says where it stumbled."""
        rejected: list[pa_csv.InvalidRow] = []
        try:
            yield rejected
        except UnicodeDecodeError as error:
            raise not_encoded(self.path, self.dialect.encoding) from error
        except pa.ArrowInvalid as error:
            if rejected:
                raise self._uneven(rejected[0]) from error
            if undecodable_line(self.path, self.dialect.encoding) is not None:
                raise not_encoded(self.path, self.dialect.encoding) from error
            raise VaeworksError(
                f"{self.path.name} cannot be read as a table ({str(error).splitlines()[0]}): "
                "look for a missing header, a quote that is never closed, or a row of over 2 MiB (.jsonl may hold it)"
            ) from error

    def _uneven(self, row: pa_csv.InvalidRow) -> VaeworksError:
        return VaeworksError(
            f"{self.path.name}: {self.place(row.number - 1)} has {row.actual_columns} values, but the header names "
            f"{row.expected_columns} columns: put quotes around values that hold {self.dialect.called}, and close "
            "every quote"
        )


def open_separated(
    file: Path | IO[bytes],
    delimiter: str = ",",
    encoding: str = "utf-8",
    reject: Callable[[pa_csv.InvalidRow], str] | None = None,
    wanted: dict[str, pa.DataType] | None = None,
) -> pa_csv.CSVStreamingReader:
    """Stream the columns `wanted` (name to type), or all columns with types guessed from the first block."""
    return pa_csv.open_csv(
        file,
        # Only a single thread numbers the rows it rejects.
        pa_csv.ReadOptions(use_threads=False, block_size=BLOCK_BYTES, encoding=codecs.lookup(encoding).name),
        pa_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True, invalid_row_handler=reject),
        pa_csv.ConvertOptions(column_types=wanted, include_columns=list(wanted or [])),
    )
