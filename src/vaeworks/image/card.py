"""The model card of an image model."""

from typing import Any

from ..storage.card import card

CAUTION = "It draws what its training images show, their biases included; its samples show nothing that exists."


def image_card(estimator: Any) -> str:
    channels, height, width = estimator.shape_
    body = f"""Convolutions down to {estimator.latent_dim} latent units and back up, {estimator.levels} level(s) of
latents, a {estimator.likelihood_} likelihood of {width} x {height} pixels in {channels} channel(s)."""
    return card(estimator, "An image VAE", body, CAUTION)
