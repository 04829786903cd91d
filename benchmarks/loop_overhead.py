"""What `fit` costs over a bare loop: the same model, batches and optimiser, the two sides interleaved.

python benchmarks/loop_overhead.py
"""

import statistics
import time

import torch
from recorded import record

from vaeworks import TextVAE, datasets
from vaeworks.fitting.objective import objective
from vaeworks.fitting.plan import Phase, Plan
from vaeworks.fitting.training import fit
from vaeworks.text.data import TextReader

ROUNDS, ROWS = 7, 3200


def main() -> None:
    estimator = TextVAE(batch_size=64)
    rows = datasets.load_texts("rotten").splits["train"].head(ROWS)
    estimator.reader_, data, _ = TextReader.learn((rows,), None, estimator, 0.0)
    sides = {"bare loop": bare, "fit": ours, "fit, averaged weights": averaged}
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(ROUNDS + 1):
        for name, side in sides.items():
            torch.manual_seed(0)
            model = estimator._build(data)
            began = time.perf_counter()
            side(model, data)
            seconds[name].append(time.perf_counter() - began)
    medians = {name: statistics.median(values[1:]) for name, values in seconds.items()}
    ratios = {
        name: statistics.median(a / b for a, b in zip(seconds[name][1:], seconds["bare loop"][1:], strict=True))
        for name in sides
    }
    record("loop_overhead", {"rounds": ROUNDS, "steps": len(data), "median_seconds": medians, "ratio_to_bare": ratios})


def bare(model, data) -> None:
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.01, fused=True)
    model.train()
    for batch in data.epoch(0):
        optimizer.zero_grad()
        objective(model.evidence(batch), 1.0, 1.0).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()


def ours(model, data) -> None:
    fit(model, data, Plan((Phase(epochs=1),)))


def averaged(model, data) -> None:
    fit(model, data, Plan((Phase(epochs=1),), averaging=0.995))


if __name__ == "__main__":
    main()
