"""What snippets speak of, in sizes that fit in seconds: sixty texts, pictures and rows, and the same labels for all."""

import random

import numpy as np
import pytest

ROWS = 60


@pytest.fixture
def spoken_of(tmp_path, monkeypatch):
    """The names that a reader would have, in a folder of its own; two epochs are enough to see that a fit runs."""
    import pandas as pd

    from vaeworks.estimator.estimator import LatentEstimator

    usual = LatentEstimator._usual_plan

    def short(estimator, epochs, *rest, **phase):
        return usual(estimator, min(epochs, 2), *rest, **phase)

    monkeypatch.setattr(LatentEstimator, "_usual_plan", short)
    monkeypatch.chdir(tmp_path)
    draw, random_numbers = random.Random(0), np.random.default_rng(0)
    labels = [("fresh", "rotten")[row % 2] for row in range(ROWS)]
    words = {"fresh": ("moving", "funny"), "rotten": ("dull", "weak")}
    columns = {
        "age": random_numbers.normal(40, 9, ROWS),
        "height": random_numbers.normal(170, 8, ROWS),
        "town": [("Bern", "Basel")[row % 3 % 2] for row in range(ROWS)],
    }
    table = pd.DataFrame(columns)
    films = ["Alien (1979)", "Blade Runner (1982)", "Brazil (1985)", "Dune (1984)", "Diva (1981)"]
    pairs = [(user, films[(user + step) % 5]) for user in range(ROWS) for step in range(3)]
    interactions = pd.DataFrame(pairs, columns=["user", "item"])
    return {
        "texts": [f"a {draw.choice(words[label])} film that i will not forget" for label in labels],
        "labels": labels,
        "images": random_numbers.integers(0, 256, (ROWS, 8, 8), dtype=np.uint8),
        "table": table,
        "table_with_holes": table.mask(random_numbers.random(table.shape) < 0.1),
        "new_rows": table.head(9),
        "interactions": interactions,
        "sources": [f"a {word} car" for word in ("red", "blue") * (ROWS // 2)],
        "targets": [f"ein {word} Auto" for word in ("rotes", "blaues") * (ROWS // 2)],
        "series": np.sin(np.arange(200) / 4) + 0.1 * random_numbers.normal(size=200),
        "noisy": random_numbers.integers(0, 256, (24, 20, 3), dtype=np.uint8),
        "photos": list(random_numbers.integers(0, 256, (8, 24, 20), dtype=np.uint8)),
    }
