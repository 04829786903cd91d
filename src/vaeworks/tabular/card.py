"""The model card of a tabular model."""

from collections import Counter
from typing import Any

from ..storage.card import card

CAUTION = (
    "It repeats what its rows show, their biases included; rows that it draws are nobody's, but resemble somebody's."
)


def table_card(estimator: Any) -> str:
    kinds = Counter(column.kind for column in estimator.columns_)
    counted = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
    deep, shallow = estimator.depths()
    body = f"""Perceptrons of {deep} (encoder) and {shallow} (decoder) layers of {estimator.width} units around
{estimator.latent_dim} latent units; {len(estimator.columns_)} columns ({counted}), each with the likelihood of its
kind."""
    return card(estimator, "A tabular VAE", body, CAUTION)
