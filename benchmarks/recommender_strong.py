"""Strong generalisation on MovieLens: ten folds that cover every user; validation users tune everything.

    python benchmarks/recommender_strong.py ml-100k --data DATA
    python benchmarks/recommender_strong.py ml-1m --data DATA --folds 0 1 2
    python benchmarks/recommender_strong.py ml-20m

ALS is measured where `implicit` is installed, VAECF where `cornac` is. What was measured before stays in the results.
"""

import argparse
import json
import time
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np
import torch
from recorded import RESULTS, record

from vaeworks import RecommenderVAE
from vaeworks.datasets import load_interactions
from vaeworks.recommender.blending import linear_judge, ndcg, scores_of
from vaeworks.recommender.data import HistoryData
from vaeworks.recommender.ease import DROPOUTS, best_linear
from vaeworks.recommender.protocols import judged
from vaeworks.recommender.ranking import Judged, paired_interval

FOLDS, RIVAL = 10, "EASE"
MULT_VAE = {"linear": "none", "learning_rate": 1e-3, "kl_weight": 0.2, "batch_size": 50, "epochs": 60}
VAECF_EPOCHS = (50,)
RECVAE = {"linear": "none", "regulariser": "composite", "encoder_turns": 1, "epochs": 60, "patience": 16}


def fold_of(count: int) -> np.ndarray:
    return np.random.default_rng(0).permutation(count) % FOLDS


class Fold:
    """The users of one fold: to train on, to tune by, and to judge by."""

    def __init__(self, whole: Any, number: int) -> None:
        fold = fold_of(len(whole))
        test, tuning = fold == number, fold == (number + 1) % FOLDS
        self.train = whole.take(np.flatnonzero(~test & ~tuning))
        self.validation, self.test = whole.take(np.flatnonzero(tuning)), whole.take(np.flatnonzero(test))
        self.tuning, self.judging = (HistoryData(users, 200, True) for users in (self.validation, self.test))
        self.matrix = self.train.matrix()

    def judged(self, rank: Callable) -> Judged:
        return judged(self.judging.folds(), {"": rank})[0][""]


def popularity(fold: Fold) -> tuple[Callable, dict]:
    counts = torch.from_numpy(np.asarray(fold.matrix.sum(0)).ravel())
    return lambda batch: counts.expand(len(batch), -1), {}


def linear(dropouts: tuple[float, ...]) -> Callable:
    def fitted(fold: Fold) -> tuple[Callable, dict]:
        found = best_linear(fold.train, 10_000, linear_judge(fold.tuning), dropouts)
        return lambda batch: found.scores(batch.input), {"penalty": found.penalty, "dropout": found.dropout}

    return fitted


def ours(**parameters: Any) -> Callable:
    def fitted(fold: Fold) -> tuple[Callable, dict]:
        model = RecommenderVAE(device="cpu", **parameters).fit(fold.train, validation=(fold.validation, None))
        found = {
            "epochs": len(model.history_),
            "seconds_an_epoch": np.mean([each["seconds"] for each in model.history_]),
        }
        if model.linear == "blended":
            found["scale"] = float(model.model_.decoder.linear.scale)
        return lambda batch: scores_of(model.model_.eval(), batch), found

    return fitted


def als(fold: Fold) -> tuple[Callable, dict]:
    """Factors and regularisation by the validation users, who are folded in as those of the test are."""
    from implicit.als import AlternatingLeastSquares
    from scipy.sparse import csr_matrix

    def ranker(model: Any) -> Callable:
        def rank(batch: Any) -> torch.Tensor:
            rows, columns = np.nonzero(batch.input.numpy() >= 0)
            items = batch.input.numpy()[rows, columns]
            read = csr_matrix((np.ones(len(rows), np.float32), (rows, items)), (len(batch), fold.matrix.shape[1]))
            users = model.recalculate_user(np.arange(len(batch)), read)
            return torch.from_numpy(np.asarray(users @ model.item_factors.T))

        return rank

    tried = {}
    for factors in (32, 64, 128):
        for regularisation, alpha in ((1.0, 1.0), (10.0, 10.0), (50.0, 10.0)):
            settings = {"factors": factors, "regularization": regularisation, "alpha": alpha}
            model = AlternatingLeastSquares(**settings, iterations=10, random_state=0, num_threads=1)
            model.fit(fold.matrix, show_progress=False)
            tried[factors, regularisation, alpha] = ranker(model), ndcg(fold.tuning, ranker(model))
    best = max(tried, key=lambda each: tried[each][1])
    return tried[best][0], dict(zip(("factors", "regularization", "alpha"), best, strict=True))


def vaecf(fold: Fold) -> tuple[Callable, dict]:
    """Cornac's VAECF networks at our layer sizes, fed the fold-in rows."""
    from cornac.data import Dataset
    from cornac.models import VAECF

    users = fold.train.owners()
    data = Dataset.from_uir(list(zip(users.tolist(), fold.train.members.tolist(), np.ones(len(users)), strict=True)))
    columns = np.full(fold.matrix.shape[1], -1)
    columns[list(data.iid_map)] = list(data.iid_map.values())

    def ranker(network: Any) -> Callable:
        @torch.no_grad()
        def rank(batch: Any) -> torch.Tensor:
            read = torch.zeros(len(batch), data.num_items)
            ids = torch.from_numpy(columns)[batch.input.clamp(min=0)]
            rows, places = torch.nonzero((batch.input >= 0) & (ids >= 0), as_tuple=True)
            read[rows, ids[rows, places]] = 1.0
            scores = network.decode(network.encode(read)[0])
            known = torch.from_numpy(columns) >= 0
            return torch.where(known, scores[:, torch.from_numpy(columns).clamp(min=0)], torch.tensor(-1.0))

        return rank

    tried = {}
    for epochs in VAECF_EPOCHS:
        model = VAECF(
            k=200,
            autoencoder_structure=[600],
            act_fn="tanh",
            likelihood="mult",
            n_epochs=epochs,
            batch_size=100,
            learning_rate=1e-3,
            beta=0.2,
            seed=0,
            verbose=False,
        )
        began = time.perf_counter()
        model.fit(data)
        tried[epochs] = (
            ranker(model.vae.eval()),
            ndcg(fold.tuning, ranker(model.vae)),
            (time.perf_counter() - began) / epochs,
        )
    best = max(tried, key=lambda each: tried[each][1])
    return tried[best][0], {"epochs": best, "seconds_an_epoch": tried[best][2]}


METHODS: dict[str, Callable] = {
    "popularity": popularity,
    RIVAL: linear((0.0,)),
    "EASE with dropout": linear(DROPOUTS),
    **({"ALS (implicit)": als} if find_spec("implicit") else {}),
    **({"VAECF (Cornac)": vaecf} if find_spec("cornac") else {}),
    "Mult-VAE": ours(**MULT_VAE),
    "RecVAE's regulariser": ours(**RECVAE),
    "VAE alone": ours(linear="none"),
    "VAE + linear path": ours(),
}


def measured(name: str, whole: Any, folds: list[int], methods: list[str]) -> None:
    """The figures of each method, and of its difference to EASE, over all users of the folds."""
    found: dict[str, list[Judged]] = {method: [] for method in methods}
    notes: dict[str, list[dict]] = {method: [] for method in methods}
    for number in folds:
        fold = Fold(whole, number)
        for method in methods:
            began = time.perf_counter()
            rank, note = METHODS[method](fold)
            seconds = time.perf_counter() - began
            found[method].append(fold.judged(rank))
            notes[method].append({"fold": number, "seconds": seconds, **note})
            print(name, number, method, found[method][-1].figures(), notes[method][-1], flush=True)
    summarise(name, whole, folds, found, notes)


def summarise(name: str, whole: Any, folds: list[int], found: dict, notes: dict) -> None:
    """Write what was measured."""
    together = {method: Judged.together(parts) for method, parts in found.items()}
    rival, rows = together[RIVAL], {}
    for method, own in together.items():
        above = {
            key: {"mean": float((mine - theirs).mean()), "interval": paired_interval(mine, theirs)}
            for key, mine, theirs in (
                ("ndcg_at_100", own.ndcg, rival.ndcg),
                ("recall_at_20", own.recall_20, rival.recall_20),
                ("recall_at_50", own.recall_50, rival.recall_50),
            )
        }
        rows[method] = {**own.figures(), "above_ease": above, "folds": notes[method]}
    path, name = RESULTS / "recommender_strong.json", name if len(folds) == FOLDS else f"{name}, some folds"
    before = json.loads(path.read_text(encoding="utf-8")).get("sets", {}) if path.is_file() else {}
    if name in before and before[name]["folds"] == folds:
        rows = {**before[name]["methods"], **rows}
    now = {
        "users": len(whole),
        "items": len(whole.items),
        "interactions": len(whole.members),
        "folds": folds,
        "judged_users": len(rival.ndcg),
        "methods": rows,
    }
    record("recommender_strong", {"protocol": __doc__, "sets": {**before, name: now}})


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("name", choices=["ml-100k", "ml-1m", "ml-20m"])
    parser.add_argument("--data", help="A local copy.")
    parser.add_argument("--folds", type=int, nargs="+", default=list(range(FOLDS)))
    parser.add_argument("--methods", nargs="+", default=list(METHODS), choices=list(METHODS))
    given = parser.parse_args()
    whole = load_interactions(given.name, data=given.data).training().whole
    measured(given.name, whole, given.folds, given.methods)


if __name__ == "__main__":
    main()
