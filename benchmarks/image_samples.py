"""How near samples come to real images on MNIST and Fashion-MNIST: `ImageVAE` beside pythae's VAE after the same time.

The classifier Fréchet distance is the Fréchet distance between normals fitted to 128 features of a small classifier
that this script trains itself: it is no FID, and its values compare only within one run. Precision and recall are those
of Kynkäänniemi et al. 2019 in the same features, with 3 neighbours.

pip install pythae; python benchmarks/image_samples.py
"""

import time

import numpy as np
import torch
from pythae.models import VAE
from pythae.samplers import GaussianMixtureSampler, GaussianMixtureSamplerConfig, NormalSampler
from pythae_vae import as_pixels, train
from recorded import record
from sklearn.neighbors import NearestNeighbors
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from vaeworks import ImageVAE, datasets
from vaeworks.image.presets import PRESETS

SETTINGS = PRESETS["samples"].parameters
EPOCHS, SAMPLES, NEIGHBOURS, COMPARED = 3, 10_000, 3, 5000


class Classifier(nn.Module):
    """Two convolutions and 128 features, which `features` gives."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 32, 3, stride=2, padding=1), nn.ReLU(), nn.Conv2d(32, 64, 3, stride=2, padding=1), nn.ReLU(),
            nn.Flatten(), nn.Linear(64 * 7 * 7, 128), nn.ReLU(),
        )  # fmt: skip
        self.head = nn.Linear(128, classes)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.features(x))

    @torch.no_grad()
    def describe(self, images: np.ndarray) -> np.ndarray:
        """Features (N, 128) of images from 0 to 1."""
        return torch.cat([self.features(part) for part in as_pixels(images).split(1000)]).double().numpy()


def trained(images: np.ndarray, labels: np.ndarray) -> Classifier:
    torch.manual_seed(0)
    model, x, y = Classifier(int(labels.max()) + 1), as_pixels(images), torch.from_numpy(labels)
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    for _ in range(EPOCHS):
        for rows in torch.randperm(len(x)).split(100):
            optimizer.zero_grad()
            cross_entropy(model(x[rows]), y[rows]).backward()
            optimizer.step()
    return model.eval()


def frechet(a: np.ndarray, b: np.ndarray) -> float:
    """Squared 2-Wasserstein distance between the normals fitted to two sets of features (Dowson & Landau 1982)."""
    covariances = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    roots = np.sqrt(np.linalg.eigvals(covariances[0] @ covariances[1]).real.clip(0))  # real but for rounding
    return float(((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(covariances[0] + covariances[1]) - 2 * roots.sum())


def covered(points: np.ndarray, by: np.ndarray) -> float:
    """Share of `points` that lie in the ball of one of `by`, which reaches to its third neighbour."""
    search = NearestNeighbors(n_neighbors=NEIGHBOURS + 1).fit(by)
    radii = search.kneighbors(by)[0][:, -1]
    inside = [(np.linalg.norm(by - point, axis=1) <= radii).any() for point in points]
    return float(np.mean(inside))


def compared(classifier: Classifier, samples: np.ndarray, real: np.ndarray) -> dict:
    ours, theirs = classifier.describe(samples), classifier.describe(real)
    some, others = ours[:COMPARED], theirs[:COMPARED]
    return {
        "classifier Fréchet distance": frechet(ours, theirs),
        "precision": covered(some, by=others),
        "recall": covered(others, by=some),
    }


def peer_samples(peer: VAE, images: np.ndarray) -> dict[str, np.ndarray]:
    """From its normal prior, and from the mixture of 10 Gaussians that it fits afterwards."""
    torch.manual_seed(0)
    mixture = GaussianMixtureSampler(peer, GaussianMixtureSamplerConfig(n_components=10))
    mixture.fit(as_pixels(images))
    drawn = {"normal prior": NormalSampler(peer).sample(SAMPLES), "mixture afterwards": mixture.sample(SAMPLES)}
    return {name: found.detach().permute(0, 2, 3, 1).numpy() for name, found in drawn.items()}


def on(name: str) -> dict:
    parts = datasets.load_images(name).splits
    grey = {part: rows.images / np.float32(255) for part, rows in parts.items()}
    names = sorted(set(parts["train"].labels))
    labels = {part: np.array([names.index(label) for label in parts[part].labels]) for part in ("train", "test")}
    classifier = trained(grey["train"], labels["train"])
    guessed = classifier.head(torch.from_numpy(classifier.describe(grey["test"])).float()).argmax(1).numpy()
    model, began = ImageVAE(**SETTINGS, verbose=True), time.perf_counter()
    model.fit(parts["train"].images, validation=(parts["validation"].images, None))
    took = time.perf_counter() - began
    peer, clock = train(grey["train"], grey["validation"], took)
    real = grey["test"]
    return {
        "classifier accuracy, test": float((guessed == labels["test"]).mean()),
        "real training images": compared(classifier, grey["train"][:SAMPLES], real),
        "ours": {
            "seconds": took,
            **{
                f"{prior} prior": compared(classifier, model.sample(SAMPLES, prior=prior) / 255, real)
                for prior in ("model", "aggregated")
            },
        },
        "pythae": {
            "seconds": clock.seconds,
            "epochs": clock.done,
            **{how: compared(classifier, samples, real) for how, samples in peer_samples(peer, grey["train"]).items()},
        },
    }


def main() -> None:
    record("image_samples", {"settings": SETTINGS, **{name: on(name) for name in ("mnist", "fashion")}})


if __name__ == "__main__":
    main()
