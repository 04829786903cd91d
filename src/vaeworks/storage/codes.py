"""Latent codes of any number of rows, written as they are made."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..errors import VaeworksError
from ..files import written_whole

FORMATS = (".parquet", ".csv", ".npz")


@torch.no_grad()
def write_codes(estimator: Any, parts: Sequence[Any], out: Path) -> int:
    """Write the posterior mean of each row of all parts: one column a unit in parquet or csv, one array in npz.

    Parquet and csv are streamed, so memory does not grow with the rows.

    Returns
    -------
    int
        How many rows were written.
    """
    suffix = out.suffix.lower()
    if suffix not in FORMATS:
        raise VaeworksError(f"{out} must end in one of {', '.join(FORMATS)}")
    estimator.model_.eval()
    batches = (batch for X in parts for batch in estimator.wholly(X))
    codes = (estimator.model_.code(batch).cpu().numpy() for batch in batches)
    with written_whole(out) as temporary:
        if suffix == ".npz":
            whole = np.concatenate(list(codes))
            with temporary.open("wb") as file:
                np.savez_compressed(file, codes=whole)
            return len(whole)
        return stream_table(codes, list(estimator.get_feature_names_out()), temporary, suffix)


def stream_table(codes: Any, names: list[str], path: Path, suffix: str) -> int:
    import pyarrow as pa
    from pyarrow import csv, parquet

    schema = pa.schema([(name, pa.float32()) for name in names])
    writer = csv.CSVWriter(path, schema) if suffix == ".csv" else parquet.ParquetWriter(path, schema)
    rows = 0
    with writer:
        for part in codes:
            writer.write_batch(pa.record_batch([pa.array(column) for column in part.T], schema=schema))
            rows += len(part)
    return rows
