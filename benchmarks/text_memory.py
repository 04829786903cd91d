"""Peak memory against the number of reviews: learn a vocabulary, encode, read one epoch, train a hundred steps.

python benchmarks/text_memory.py            # 10,000, 100,000 and 1,000,000 reviews, each in its own process
"""

import json
import random
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

SIZES, STEPS = (10_000, 100_000, 1_000_000), 100


def main() -> None:
    from recorded import record

    figures = {}
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "reviews.parquet")
            write_reviews(file, size)
            done = subprocess.run([sys.executable, __file__, str(file)], capture_output=True, text=True, check=True)
            figures[f"{size:,}"] = {**json.loads(done.stdout), "file_bytes": file.stat().st_size}
    record("text_memory", {"reviews": figures, "training_steps": STEPS})


def write_reviews(file: Path, size: int) -> None:
    """Reviews of eight real sentences each, drawn at random, with labels."""
    import pyarrow as pa
    from pyarrow import parquet

    from vaeworks import datasets

    table = pa.Table.from_batches(datasets.load_texts("rotten").splits["train"].chunks())
    sentences, draw = table["text"].to_pylist(), random.Random(0)
    schema = pa.schema({"text": pa.string(), "label": pa.string()})
    with parquet.ParquetWriter(file, schema) as writer:
        for start in range(0, size, 5000):
            texts = [" ".join(draw.choices(sentences, k=8)) for _ in range(min(5000, size - start))]
            labels = [draw.choice(("fresh", "rotten")) for _ in texts]
            writer.write_table(pa.table({"text": texts, "label": labels}, schema=schema))


def measure(file: Path) -> dict:
    from vaeworks import TextVAE, datasets
    from vaeworks.estimator.diagnostics import peak_memory
    from vaeworks.fitting.plan import Phase, Plan
    from vaeworks.fitting.training import fit
    from vaeworks.text.data import TextReader

    began = time.perf_counter()
    estimator = TextVAE()
    rows = datasets.load_texts(str(file), label="label").splits["all"]
    estimator.reader_, data, _ = TextReader.learn((rows,), None, estimator, estimator.validation_fraction)
    prepared = time.perf_counter() - began
    batches = sum(1 for _ in data.epoch(0))
    assert batches == len(data)
    fit(estimator._build(data), First(data, STEPS), Plan((Phase(epochs=1),)))
    return {"peak_memory_bytes": peak_memory(), "seconds_to_prepare": prepared, "batches": batches}


class First:
    """The first batches of an epoch."""

    def __init__(self, data, steps: int) -> None:
        self.data, self.steps = data, steps

    def __len__(self) -> int:
        return self.steps

    def epoch(self, seed):
        return islice(self.data.epoch(seed), self.steps)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(measure(Path(sys.argv[1]))))
    else:
        main()
