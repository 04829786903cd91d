"""Rows of answers in a file: csv, jsonl, or the answers alone, one a line."""

import csv
import json
from pathlib import Path

from ..files import written_whole


def write_rows(rows: list[dict], out: Path, answer: str) -> None:
    """Write rows that have the same columns; a txt has the column `answer`, line breaks in it as spaces."""
    with written_whole(out) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        if out.suffix.lower() == ".csv":
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        elif out.suffix.lower() == ".jsonl":
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        else:
            file.writelines(" ".join(str(row[answer]).split()) + "\n" for row in rows)
