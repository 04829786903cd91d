"""The parameters of `TabularVAE`."""

from abc import abstractmethod
from typing import TYPE_CHECKING, Annotated

from ..estimator.parameters import (
    COUNT,
    NOT_NEGATIVE,
    POSITIVE,
    SHARE,
    Between,
    LabelParameters,
    OneOf,
    Pairs,
    parameters,
)

if TYPE_CHECKING:
    import torch


MAP_UNITS, MAP_WEIGHT = 2, 10.0
DEPTH, MAP_DEPTH = 2, 4
SCALINGS = ("auto", "table", "standard", "quantile")


@parameters()
class TabularParameters(LabelParameters):
    latent_dim: Annotated[int, COUNT, "Units of z; 2 gives a map."] = 8
    kinds: Annotated[
        dict | None,
        Pairs("kind", "COLUMN=KIND"),
        "The kind of columns by name (x0, x1, ... in an array), where it shall not be inferred.",
    ] = None
    scaling: Annotated[
        str,
        OneOf(SCALINGS),
        "Of real columns: one scale for all, as pixels need (table); each its own (standard); or each to normal scores "
        "(quantile). auto takes the first where most columns span the range of the table, else the third for heavy "
        "tails, else the second.",
    ] = "auto"
    width: Annotated[int, COUNT, "Units of a layer of encoder and decoder."] = 256
    depth: Annotated[
        int | None,
        Between(0, 100),
        "Layers of the encoder, and of the decoder, which has at most 2; with 0 both are linear. None takes 2, but 4 "
        "with the neighbour term: a deep encoder draws a far better map.",
    ] = None
    masking: Annotated[
        float | None,
        SHARE,
        "Share of the entries that the encoder does not see while training, so that it learns to read rows with holes; "
        "None takes 0.1, but 0 for columns of one scale without holes, as pixels are.",
    ] = None
    neighbour_weight: Annotated[
        float | None,
        NOT_NEGATIVE,
        "Of the neighbour term, which keeps rows that are near in the table near in z, in nats a column; None takes 10 "
        "for up to 2 units of z, else 0. It is trained beside the bound, and no reported bound contains it.",
    ] = None
    neighbours: Annotated[int, COUNT, "How many nearest rows count as near."] = 15
    epochs: Annotated[
        int | None, COUNT, "The most passes over the data; None takes as many as make 3,000 steps, but 15 to 300."
    ] = None  # type: ignore[assignment]  # None is allowed too
    batch_size: Annotated[
        int | None,
        COUNT,
        "Rows a step; None takes a fiftieth of the rows, but 32 to 1024; with the neighbour term an eighth, but 128 to "
        "512.",
    ] = None  # type: ignore[assignment]  # None is allowed too
    learning_rate: Annotated[
        float | None,
        POSITIVE,
        "At first; it falls to zero along a cosine. None takes 0.004, but 0.002 with the neighbour term.",
    ] = None  # type: ignore[assignment]  # None is allowed too

    def neighbour_share(self) -> float:
        """Weight of the neighbour term in nats a column."""
        if self.neighbour_weight is not None:
            return self.neighbour_weight
        return MAP_WEIGHT if self.latent_dim <= MAP_UNITS else 0.0

    def rows_a_step(self, count: int) -> int:
        """Of so many rows in all."""
        if self.batch_size:
            return self.batch_size
        share, least, most = (8, 128, 512) if self.neighbour_share() else (50, 32, 1024)
        return min(max(count // share, least), most)

    def depths(self) -> tuple[int, int]:
        """Layers of the encoder and of the decoder."""
        usual = MAP_DEPTH if self.neighbour_share() else DEPTH
        depth = usual if self.depth is None else self.depth
        return depth, min(depth, DEPTH)

    @abstractmethod
    def number_type(self) -> "torch.dtype":
        """Of the numbers to compute with, which the estimator knows of its model."""
