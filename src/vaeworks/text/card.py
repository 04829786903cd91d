"""The model card of a text model."""

from typing import Any

from ..storage.card import card

CAUTION = (
    "It repeats what its training texts say, biases and errors included; what it reconstructs and samples is no fact."
)


def text_card(estimator: Any) -> str:
    words = f"{len(estimator.vocabulary_):,} {estimator.tokens}"
    body = f"""Bidirectional LSTM encoder, {estimator.latent_dim} latent units, one linear layer to the labels,
LSTM decoder. {words}; the first {estimator.max_tokens} of a text are reconstructed, and the last
{estimator.tail_tokens} of a longer one are read too."""
    return card(estimator, "A text VAE", body, CAUTION)
