"""Metrics of ranked lists, as the field has them; all take the ranked items' relevance."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

DEPTH = 100


def top_items(scores: Tensor, seen: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Scores and numbers of the best items of each row, (N, count), best first; of those seen (-1: none) -inf."""
    best = without(scores, seen).topk(min(count, scores.shape[1]), dim=1)
    return best.values, best.indices


def without(scores: Tensor, seen: Tensor) -> Tensor:
    """The scores, -inf of the items seen."""
    rows, places = (seen >= 0).nonzero(as_tuple=True)
    masked = scores.clone()
    masked[rows, seen[rows, places]] = -torch.inf
    return masked


def hits(ranked: Tensor, target: Tensor, items: int) -> np.ndarray:
    """Whether each ranked item is among a row's targets (N, T; -1 is none), (N, count)."""
    relevant = torch.zeros(len(target), items + 1, dtype=torch.bool)
    relevant.scatter_(1, torch.where(target >= 0, target, items), True)
    relevant[:, items] = False
    return relevant.gather(1, ranked).numpy()


def recall_at(found: np.ndarray, held_out: np.ndarray, depth: int) -> np.ndarray:
    """Share of the held-out items among the first `depth`, divided by min(depth, held out) (Liang et al. 2018)."""
    return found[:, :depth].sum(1) / np.minimum(depth, held_out)


def ndcg_at(found: np.ndarray, held_out: np.ndarray, depth: int) -> np.ndarray:
    """Discounted gain of the first `depth` over that of the ideal list, (N,) (Järvelin & Kekäläinen 2002)."""
    discount = 1 / np.log2(np.arange(2, depth + 2))
    ideal = np.concatenate([[0.0], np.cumsum(discount)])[np.minimum(held_out, depth)]
    return (found[:, :depth] * discount[: found.shape[1]]).sum(1) / ideal


@dataclass(frozen=True)
class Judged:
    """How one way to rank did, user by user.

    Attributes
    ----------
    ndcg, recall_20, recall_50 : array (users,)
        NDCG@100, Recall@20, Recall@50.
    shown : array (items,)
        To how many users each item was shown among the first 100.
    """

    ndcg: np.ndarray
    recall_20: np.ndarray
    recall_50: np.ndarray
    shown: np.ndarray

    @classmethod
    def of(cls, scores: Tensor, read: Tensor, target: Tensor) -> "Judged":
        """Of the scores (N, items) of some users whose `read` items are not to be recommended."""
        held_out = (target >= 0).sum(1).numpy()
        _, ranked = top_items(scores, read, DEPTH)
        found = hits(ranked, target, scores.shape[1])
        return cls(
            ndcg_at(found, held_out, DEPTH),
            recall_at(found, held_out, 20),
            recall_at(found, held_out, 50),
            np.bincount(ranked.numpy().ravel(), minlength=scores.shape[1]),
        )

    @classmethod
    def together(cls, parts: list["Judged"]) -> "Judged":
        return cls(
            np.concatenate([part.ndcg for part in parts]),
            np.concatenate([part.recall_20 for part in parts]),
            np.concatenate([part.recall_50 for part in parts]),
            np.sum([part.shown for part in parts], axis=0),
        )

    def figures(self, prefix: str = "") -> dict[str, float]:
        """The means, by the keys that `evaluate` reports."""
        return {
            f"{prefix}ndcg_at_100": float(self.ndcg.mean()),
            f"{prefix}recall_at_20": float(self.recall_20.mean()),
            f"{prefix}recall_at_50": float(self.recall_50.mean()),
        }

    def coverage(self) -> float:
        """Share of all items that someone is shown among the first 100."""
        return float((self.shown > 0).mean())

    def novelty_bits(self, counts: np.ndarray, users: int) -> float:
        """Mean -log2 of the share of users who have a shown item already; an item of nobody counts as half a user's."""
        bits = -np.log2(np.maximum(counts, 0.5) / users)
        return float((self.shown * bits).sum() / self.shown.sum())

    def popularity_bias(self, counts: np.ndarray) -> float:
        """Mean share of the shown items that are among the tenth that most users have."""
        popular = np.argsort(-counts, kind="stable")[: max(1, len(counts) // 10)]
        return float(self.shown[popular].sum() / self.shown.sum())


def paired_interval(mine: np.ndarray, theirs: np.ndarray, draws: int = 2000, seed: int = 0) -> tuple[float, float]:
    """The 95% interval of the mean difference by the paired bootstrap over users."""
    difference, random = mine - theirs, np.random.default_rng(seed)
    means = [difference[random.integers(0, len(difference), len(difference))].mean() for _ in range(draws)]
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)
