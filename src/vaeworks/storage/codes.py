"""Latent codes of any number of rows, written as they are made."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..core.batch import Batch
from ..core.choosing import posterior_mean
from ..core.model import LatentModel
from ..errors import VaeworksError
from ..files import written_whole
from ..formulas import spreadable
from .fitted import Fitted

FORMATS = (".parquet", ".csv", ".npz")
PLACES, AT_ONCE = ("example", "place"), 10_000  # rows
Rows = tuple[np.ndarray, np.ndarray]


@torch.no_grad()
def write_codes(
    estimator: Fitted, parts: Sequence[Any], out: Path, level: int = 1, ids: dict[str, list] | None = None
) -> tuple[int, int]:
    """Write posterior means of all parts, a row each: one column a unit in parquet or csv, one array in npz.

    Before them, or in npz beside, stand `ids`, which say what each example is called.

    Below the top level of a model of sequences each place has its row, with the numbers of its example and of itself.
    Parquet and csv are streamed, so memory does not grow with the rows.

    Returns
    -------
    rows, units : int
    """
    suffix = out.suffix.lower()
    if suffix not in FORMATS:
        raise VaeworksError(f"{out} must end in one of {', '.join(FORMATS)}")
    model = estimator.model_.eval()
    if level > len(model.blocks) + 1:
        raise VaeworksError(f"the model has {len(model.blocks) + 1} level(s) of codes, so there is no level {level}")
    codes = codes_of(model, (batch for X in parts for batch in estimator.wholly(X)), level)
    first = next(codes)
    names = list(estimator.get_feature_names_out()) if level == 1 else [f"z{unit}" for unit in range(first[1].shape[1])]
    with written_whole(out) as temporary:
        if suffix == ".npz":
            return write_arrays([first, *codes], ids or {}, temporary), len(names)
        if suffix == ".csv":
            ids = spreadable(ids or {}, out)
        return stream_table(chain([first], codes), names, ids or {}, temporary, suffix), len(names)


def codes_of(model: LatentModel, batches: Iterable[Batch], level: int) -> Iterator[Rows]:
    """The places of codes, (M, 2) or (M, 0) where each example has one, and the codes (M, units)."""
    first = 1
    for batch in batches:
        z = model.code(batch) if level == 1 else model.descend(batch, posterior_mean)[0][level - 1].z
        places = z.new_zeros(len(batch), 0, dtype=torch.long)
        if level > 1 and z.dim() == 3:
            there = batch.observed.any(-1)
            z, places = z[there], there.nonzero() + torch.tensor([first, 1], device=z.device)
        yield places.cpu().numpy(), z.flatten(1).cpu().numpy()
        first += len(batch)


def write_arrays(parts: list[Rows], ids: dict[str, list], path: Path) -> int:
    places, codes = joined(parts)
    arrays: dict[str, Any] = {"codes": codes} | ({"places": places} if places.shape[1] else {})
    arrays |= {name: np.array([str(own) for own in column]) for name, column in ids.items()}
    with path.open("wb") as file:
        np.savez_compressed(file, **arrays)
    return len(codes)


def gathered(parts: Iterable[Rows]) -> Iterator[Rows]:
    """The same rows in parts that are not small, since each is a row group of its own."""
    some: list[Rows] = []
    for part in parts:
        some.append(part)
        if sum(len(codes) for _, codes in some) >= AT_ONCE:
            yield joined(some)
            some = []
    if some:
        yield joined(some)


def joined(parts: list[Rows]) -> Rows:
    places, codes = (np.concatenate(side) for side in zip(*parts, strict=True))
    return places, codes


def stream_table(parts: Iterable[Rows], names: list[str], ids: dict[str, list], path: Path, suffix: str) -> int:
    import pyarrow as pa
    from pyarrow import csv, parquet

    rows, writer, schema = 0, None, None
    for places, codes in gathered(parts):
        examples = places[:, 0] - 1 if places.shape[1] else range(rows, rows + len(codes))
        columns = {name: [column[example] for example in examples] for name, column in ids.items()}
        columns |= dict(zip(PLACES, places.T, strict=False)) | dict(zip(names, codes.astype(np.float32).T, strict=True))
        record = pa.RecordBatch.from_pydict(columns, schema)
        if writer is None:
            make = csv.CSVWriter if suffix == ".csv" else parquet.ParquetWriter
            schema = record.schema
            writer = make(path, schema)
        writer.write_batch(record)
        rows += len(codes)
    if writer is not None:
        writer.close()
    return rows
