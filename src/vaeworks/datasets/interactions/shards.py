"""Interactions in a folder of parquet files, of which each process of `torchrun` reads its share."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import VaeworksError
from ..listing import glimpse, say_left_out, sorted_out
from ..tables.files import read_table

if TYPE_CHECKING:
    import pyarrow as pa

    from .interactions import Items

ENDINGS = (".parquet",)


def shard_files(folder: Path) -> list[Path]:
    """The parquet files in a folder, in the order of their names."""
    files, folders, rest = sorted_out(folder, ENDINGS)
    say_left_out(folder, "all but parquet files", [*folders, *rest])
    if not files:
        raise VaeworksError(f"{folder} holds no parquet files: it holds {glimpse(folder)}")
    return files


def own_files(files: list[Path]) -> list[Path]:
    """Those that this process reads; all of them where there is no other process.

    Raises
    ------
    VaeworksError
        Where there are fewer files than processes.
    """
    rank, processes = (int(os.environ.get(name, usual)) for name, usual in (("RANK", "0"), ("WORLD_SIZE", "1")))
    if len(files) < processes:
        raise VaeworksError(f"{len(files)} files cannot be shared by {processes} processes: write more, smaller ones")
    return files[rank::processes]


def read_files(files: list[Path]) -> "pa.Table":
    """The rows of some files, one after another."""
    import pyarrow as pa

    tables = [read_table(file) for file in files]
    odd = next((file for file, each in zip(files, tables, strict=True) if each.schema != tables[0].schema), None)
    if odd is not None:
        raise VaeworksError(f"{odd} has other columns or types than {files[0].name}: write all files alike")
    return pa.concat_tables(tables)


def items_in(files: list[Path], column: str) -> "Items":
    """The items of all files, so that every process gives them the same numbers; one row group is read at a time."""
    import pyarrow as pa
    import pyarrow.compute as pc
    from pyarrow import parquet

    from .gathering import ids_of, native
    from .interactions import Items

    found = pa.array([])
    for file in files:
        with parquet.ParquetFile(file) as opened:
            for group in range(opened.num_row_groups):
                own = pc.unique(opened.read_row_group(group, [column])[column].combine_chunks())
                found = own if not len(found) else pc.unique(pa.concat_arrays([found, own]))
    return Items([native(each) for each in sorted(set(ids_of(found, "item").tolist()))])
