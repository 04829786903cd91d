"""Five minutes on statically binarised MNIST: `ImageVAE` and pythae's VAE, and both loops on one and the same net.

pip install pythae; python benchmarks/image_five_minutes.py [MINUTES]
"""

import sys
import time

import numpy as np
import torch
from pythae_vae import BATCH, LEARNING_RATE, Decoder, Encoder, as_latent_model, as_pixels, train
from recorded import record

from vaeworks import ImageVAE, datasets
from vaeworks.core.batch import Batch
from vaeworks.core.model import LatentModel, importance_bound

SETTINGS = {"levels": 2, "width": 24, "prior": "flow", "epochs": 10, "patience": None, "averaging": 0.99}
SAMPLES, SCORED, ROUNDS = 500, 2000, 3


class SameNet(ImageVAE):
    """Pythae's net in our training loop."""

    def _build(self, data: object) -> LatentModel:
        return as_latent_model(Encoder(), Decoder())


@torch.no_grad()
def scored(model: LatentModel, images: np.ndarray, centre: float, spread: float) -> dict:
    """Both bounds on `images` of 0 and 1, read as (pixel - centre) / spread."""
    torch.manual_seed(0)
    model.eval()
    elbo, bound = [], []
    for part in as_pixels(images).split(100):
        batch = Batch((part - centre) / spread, target=part, labels={})
        elbo.append(model.evidence(batch).elbo())
        bound.append(importance_bound(model, batch, SAMPLES))
    return {"negative_elbo_nats": -torch.cat(elbo).mean().item(), "nll_nats": -torch.cat(bound).mean().item()}


def speeds(images: np.ndarray, validation: np.ndarray) -> dict:
    """Images a second of both loops on the same net and batch, an epoch each in turn, and the best of three."""
    ours, theirs = [], []
    for _ in range(ROUNDS):
        loop = SameNet(epochs=1, batch_size=BATCH, learning_rate=LEARNING_RATE, averaging=None, patience=None)
        loop.fit(images, validation=(validation[:1000], None))
        ours.append(len(images) / loop.history_[0]["seconds"])
        theirs.append(len(images) / train(images, validation, np.inf, epochs=1)[1].seconds)
    return {"ours": max(ours), "pythae": max(theirs), "ratio": max(ours) / max(theirs)}


def main() -> None:
    minutes = float(sys.argv[1]) if sys.argv[1:] else 5.0
    parts = {name: part.images for name, part in datasets.load_images("binarized-mnist").splits.items()}
    test = parts["test"][:: len(parts["test"]) // SCORED]
    peer, clock = train(parts["train"], parts["validation"], 60 * minutes)
    model, began = ImageVAE(**SETTINGS), time.perf_counter()
    model.fit(parts["train"], validation=(parts["validation"], None))
    seconds = time.perf_counter() - began
    scale = model.reader_.scale
    record(
        "image_five_minutes",
        {
            "split": f"{len(test)} of the 10,000 test images, evenly spaced; static binarisation",
            "importance samples": SAMPLES,
            "ours": {"seconds": seconds, **scored(model.model_, test, scale.centre, scale.spread)},
            "settings": SETTINGS,
            "pythae": {
                "seconds": clock.seconds,
                "epochs": clock.done,
                **scored(as_latent_model(peer.encoder, peer.decoder), test, 0.0, 1.0),
            },
            "images a second in training, the same net and batch": speeds(parts["train"], parts["validation"]),
        },
    )


if __name__ == "__main__":
    main()
