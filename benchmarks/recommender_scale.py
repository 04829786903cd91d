"""What recommenders cost: an epoch on a set of MovieLens-20M's shape, users scored a second, and someone new.

python benchmarks/recommender_scale.py shape                       # 138,000 users, 27,000 items, 20 million entries
python benchmarks/recommender_scale.py speed ml-1m --data DATA     # users a second, top 100
python benchmarks/recommender_scale.py new ml-100k --data DATA     # test users of whom three items are known
"""

import argparse
import json
import time
from typing import Any

import numpy as np
import torch
from recorded import RESULTS, record

from vaeworks import RecommenderVAE
from vaeworks.datasets import load_interactions
from vaeworks.datasets.interactions.interactions import Interactions, Items
from vaeworks.estimator.diagnostics import peak_memory
from vaeworks.recommender.blending import scores_of
from vaeworks.recommender.data import given, padded
from vaeworks.recommender.protocols import judged

USERS, ITEMS, ENTRIES = 138_000, 27_000, 20_000_000
LARGE = {
    "width": 100,
    "latent_dim": 50,
    "linear_items": 4000,
    "batch_size": 500,
    "epochs": 1,
    "validation_fraction": 0.0,
}


def made_up() -> Interactions:
    """Histories of log-normal length whose items follow a law of Zipf."""
    random = np.random.default_rng(0)
    lengths = random.lognormal(0.0, 1.0, USERS)
    lengths = np.maximum(5, lengths / lengths.sum() * ENTRIES * 1.5).astype(np.int64).clip(max=2000)
    shares = 1 / np.arange(1, ITEMS + 1) ** 0.8
    steps = np.cumsum(shares) / shares.sum()
    parts = [np.unique(np.searchsorted(steps, random.random(length))).astype(np.int32) for length in lengths]
    starts = np.concatenate([[0], np.cumsum([len(part) for part in parts])]).astype(np.int64)
    members = np.minimum(np.concatenate(parts), ITEMS - 1)
    return Interactions(list(range(USERS)), starts, members, Items(list(range(ITEMS))))


def shape() -> dict:
    """One epoch, and the lists of everyone, in one process."""
    histories = made_up()
    print(f"{len(histories.members):,} entries", flush=True)
    began = time.perf_counter()
    model = RecommenderVAE(device="cpu", **LARGE).fit(histories)
    fitted = time.perf_counter()
    print(f"fitted in {fitted - began:.0f} s, {peak_memory() / 1e9:.2f} GB", flush=True)
    lists = sum(len(ranked) for _, ranked, _ in model._ranked(histories, 100, True, None))
    return {
        "settings": LARGE,
        "entries": len(histories.members),
        "seconds_of_the_epoch": model.history_[0]["seconds"],
        "seconds_of_the_fit": fitted - began,
        "users_scored": lists,
        "users_a_second": lists / (time.perf_counter() - fitted),
        "peak_memory_gb": peak_memory() / 1e9,
    }


def speed(name: str, data: str | None) -> dict:
    """Users a second who get a list of 100; of the model as it scores, the training does not matter."""
    whole = load_interactions(name, data=data).training().whole
    model = RecommenderVAE(device="cpu", epochs=1, validation_fraction=0.0).fit(whole)
    rates = []
    for _ in range(3):
        began = time.perf_counter()
        for _ in model._ranked(whole, 100, True, None):
            pass
        rates.append(len(whole) / (time.perf_counter() - began))
    return {"items": len(whole.items), "threads": torch.get_num_threads(), "users_a_second": max(rates), "runs": rates}


def new(name: str, data: str | None) -> dict:
    """Recall@20 for test users of whom three items by chance are read, and all others are to be found."""
    found = load_interactions(name, data=data)
    test, train, validation = found.splits["test"], found.splits["train"], found.splits["validation"]
    model = RecommenderVAE(device="cpu").fit(train, validation=(validation, None))
    popular = torch.from_numpy(model.reader_.counts().astype(np.float32))
    random, able = np.random.default_rng(0), np.flatnonzero(test.lengths() >= 4)
    parts = [random.permutation(test.of(int(user))) for user in able]
    batch: Any = given(padded([part[:3] for part in parts]), True)
    batch.target = padded([part[3:] for part in parts])
    ranked, _ = judged(
        [(batch, able)],
        {"ours": lambda each: scores_of(model.model_, each), "popularity": lambda each: popular.expand(len(each), -1)},
    )
    recalls = {ranker: float(own.recall_20.mean()) for ranker, own in ranked.items()}
    return {"users": len(able), "recall_at_20": recalls, "times_popularity": recalls["ours"] / recalls["popularity"]}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["shape", "speed", "new"])
    parser.add_argument("name", nargs="?")
    parser.add_argument("--data", help="A local copy.")
    given_words = parser.parse_args()
    figures = (
        shape() if given_words.what == "shape" else globals()[given_words.what](given_words.name, given_words.data)
    )
    path = RESULTS / "recommender_scale.json"
    before = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    before.pop("machine", None)
    record("recommender_scale", {**before, " ".join(filter(None, [given_words.what, given_words.name])): figures})


if __name__ == "__main__":
    main()
