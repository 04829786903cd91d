"""Rows of answers in a file: csv, jsonl, or the answers alone, one a line."""

import csv
import json
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

from ..files import written_whole


def write_rows(rows: Iterable[dict], out: Path, answer: str) -> int:
    """Write rows that have the same columns, as they come, and count them.

    A txt has the column `answer`, line breaks in it as spaces.
    """
    rows, count = iter(rows), 0
    first = next(rows, None)
    with written_whole(out) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(first or {}))
        if out.suffix.lower() == ".csv":
            writer.writeheader()
        for row in [] if first is None else chain([first], rows):
            count += 1
            if out.suffix.lower() == ".csv":
                writer.writerow(row)
            elif out.suffix.lower() == ".jsonl":
                file.write(json.dumps(row, ensure_ascii=False, default=str) + "\n")
            else:
                file.write(" ".join(str(row[answer]).split()) + "\n")
    return count
