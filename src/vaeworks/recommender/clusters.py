"""The lists of everyone by many processes or machines, through Ray Data."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..datasets.interactions.interactions import Interactions
from ..errors import VaeworksError

if TYPE_CHECKING:
    import pyarrow as pa

    from .estimator import RecommenderVAE

USERS_A_PART = 5000


def write_lists(
    model: "RecommenderVAE",
    histories: Interactions,
    out: Path,
    n: int = 10,
    exclude_seen: bool = True,
    candidates: Sequence[Any] | None = None,
    users_a_part: int = USERS_A_PART,
) -> int:
    """Write the lists of all users into a folder of parquet files, and give how many rows that makes.

    Ray uses the cluster that is there (`RAY_ADDRESS`), or else the cores of this machine. Every worker gets the model
    once; the lists are those that one process makes.

    Raises
    ------
    VaeworksError
        Where Ray is missing, or the folder holds something.
    """
    try:
        import ray
    except ImportError as error:
        raise VaeworksError("--ray needs Ray: pip install 'vaeworks[ray]'") from error
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise VaeworksError(f"{out} exists already: name a new folder for the lists")
    if not ray.is_initialized():
        ray.init(log_to_driver=False, logging_level=logging.ERROR)
    ray.data.DataContext.get_current().enable_progress_bars = False
    starts = range(0, len(histories), users_a_part)
    parts = ray.data.from_items([{"start": start} for start in starts], override_num_blocks=len(starts))
    shared = {"model": ray.put(model), "histories": ray.put(histories), "size": users_a_part}
    cores = int(ray.cluster_resources().get("CPU", 1))
    lists = parts.map_batches(
        Lister,
        fn_constructor_kwargs={**shared, "words": (n, exclude_seen, candidates)},
        batch_size=1,
        batch_format="pyarrow",
        concurrency=(1, min(cores, len(starts))),
    )
    lists.write_parquet(str(out.resolve()))
    return ray.data.read_parquet(str(out.resolve())).count()


class Lister:
    """A worker: it makes the lists of one part of the users after another."""

    def __init__(self, model: Any, histories: Any, size: int, words: tuple) -> None:
        import ray

        self.model, self.histories = ray.get(model), ray.get(histories)
        self.size, self.words = size, words

    def __call__(self, part: "pa.Table") -> "pa.Table":
        import pyarrow as pa

        start = part["start"][0].as_py()
        some = self.histories.take(np.arange(start, min(start + self.size, len(self.histories))))
        return pa.concat_tables([pa.table(lists) for lists in self.model.lists(*self.words, histories=some)])
