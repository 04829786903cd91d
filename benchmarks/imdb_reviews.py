"""The IMDB reviews as lists, for what cannot stream, and a model that has seen them once without their labels."""

from contextlib import suppress

import pyarrow as pa

from vaeworks import TextVAE, datasets
from vaeworks.fitting.monitors import ProgressBar
from vaeworks.fitting.training import Interrupted
from vaeworks.storage.session import Session
from vaeworks.text.presets import PRESETS


def read() -> dict[str, tuple[list[str], list[str | None]]]:
    """Texts and labels of train (22,504), validation (2,496, other films), test (25,000) and unlabelled (50,000)."""
    return {name: columns(rows) for name, rows in datasets.load_texts("imdb").splits.items()}


def columns(rows) -> tuple[list[str], list[str | None]]:
    table = pa.Table.from_batches(rows.chunks())
    texts = table["text"].to_pylist()
    return texts, table["label"].to_pylist() if "label" in table.column_names else [None] * len(texts)


class FirstPass(ProgressBar):
    """Stops a fit once each text was read."""

    def step(self, record: dict) -> None:
        super().step(record)
        if record["epoch"] == 1:
            raise KeyboardInterrupt


def after_first_pass(splits: dict, precision: str = "32-true") -> TextVAE:
    """The model of `vae fit text imdb` after its first pass, in which labels do not count."""
    model = TextVAE(**PRESETS["imdb"].parameters, precision=precision)
    texts = splits["train"][0] + splits["unlabelled"][0]
    with suppress(Interrupted):
        model.fit(texts, validation=(splits["validation"][0], None), session=Session(monitors=[FirstPass()]))
    return model
