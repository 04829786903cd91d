"""What reads a history, and what scores all items; an item's number is -1 where a row is padded."""

import torch
from torch import Tensor, nn
from torch.nn import functional

STRIP = 256  # columns of a wide table whose rows stay in the cache of a core


def bagged(ids: Tensor, table: Tensor) -> Tensor:
    """The sum of the rows of a table that each row of numbers (N, T) names, (N, width)."""
    present = ids >= 0
    counts = present.sum(1)
    named, starts = ids[present], counts.cumsum(0) - counts
    if torch.is_grad_enabled() or len(ids) < STRIP:
        return functional.embedding_bag(named, table, starts, mode="sum")
    strips = [functional.embedding_bag(named, some.contiguous(), starts, mode="sum") for some in table.split(STRIP, 1)]
    return torch.cat(strips, 1)


class HistoryEncoder(nn.Module):
    """The sum of the items' vectors over the root of their number, then one layer (Liang et al. 2018, section 2.3).

        numbers (N, T) -> drop a share in training -> sum / sqrt(count) -> tanh -> features (N, width)

    The first layer is sparse: it costs what the history is long, not what there are items.
    """

    def __init__(self, items: int, width: int, dropout: float) -> None:
        super().__init__()
        self.table = nn.Parameter(torch.randn(items, width) * (2 / (items + width)) ** 0.5)
        self.bias = nn.Parameter(torch.zeros(width))
        self.dropout = dropout

    def forward(self, ids: Tensor, condition: Tensor | None = None) -> Tensor:
        if self.training and self.dropout:
            ids = ids.masked_fill(torch.rand(ids.shape, device=ids.device) < self.dropout, -1)
        count = (ids >= 0).sum(1, keepdim=True).clamp(min=1)
        return torch.tanh(bagged(ids, self.table) / count.sqrt() + self.bias)


def item_scores(latent_dim: int, width: int, items: int, silent: bool) -> nn.Sequential:
    """A perceptron from z to logits of all items; a silent one says nothing at first."""
    last = nn.Linear(width, items)
    if silent:
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
    return nn.Sequential(nn.Linear(latent_dim, width), nn.Tanh(), last)


class LinearPath(nn.Module):
    """Logits that are linear in the items of a history: no item speaks for itself.

    Parameters
    ----------
    weights : Tensor (M, M)
        From the item of a row to that of a column, with a diagonal of 0.
    which : Tensor of int (M,)
        The numbers of these items.
    items : int
        How many there are in all; those that are not joined get 0.
    scale : float
        Of the logits; with 0 the path is silent.
    trained : bool
        Whether weights and scale are learned.
    """

    weights: Tensor
    which: Tensor
    scale: Tensor

    def __init__(self, weights: Tensor, which: Tensor, items: int, scale: float, trained: bool) -> None:
        super().__init__()
        self.items = items
        self.register_buffer("which", which)
        if trained:
            self.weights, self.scale = nn.Parameter(weights), nn.Parameter(torch.tensor(scale))
            self.weights.register_hook(without_diagonal)
        else:
            self.register_buffer("weights", weights)
            self.register_buffer("scale", torch.tensor(scale))

    def forward(self, ids: Tensor) -> Tensor:
        if not self.scale.requires_grad and not float(self.scale):
            return self.scale
        return self.scale * spread(self.weights, self.which, self.items, ids)


def without_diagonal(gradient: Tensor) -> Tensor:
    return gradient - torch.diag(gradient.diagonal())


def spread(weights: Tensor, which: Tensor, items: int, ids: Tensor) -> Tensor:
    """Sums of the rows of weights that histories name, at the places of their items among all."""
    place = torch.full((items,), -1, device=ids.device)
    place[which] = torch.arange(len(which), device=ids.device)
    own = bagged(torch.where(ids >= 0, place[ids.clamp(min=0)], ids), weights)
    return own if len(which) == items else own.new_zeros(len(ids), items).index_copy(1, which, own)
