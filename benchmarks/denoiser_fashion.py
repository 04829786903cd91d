"""Fashion-MNIST with clipped noise: a denoiser fitted to its training part, beside the linear Wiener filter.

    python benchmarks/denoiser_fashion.py --data DATA

The Wiener filter has the full covariance of the 60,000 training images, and is fitted for each level to clipped noise.
"""

import argparse
from pathlib import Path

import numpy as np
from recorded import record

from vaeworks import ImageDenoiser
from vaeworks.datasets import load_images
from vaeworks.denoiser.judging import judged
from vaeworks.denoiser.noise import NOISE
from vaeworks.pixels.photos import WHITE, psnr

LEVELS, JUDGED = (25.0, 50.0, 100.0), 1000
SETTINGS = {"highest": 100.0, "batch_size": 64, "epochs": 8, "precision": "bf16-mixed", "learning_rate": 1e-3}


def clipped(clean: np.ndarray, level: float, random: np.random.Generator) -> np.ndarray:
    return np.rint(NOISE["gaussian"].add(clean, level, random)).clip(0, WHITE).astype(np.float32)


def wiener(train: np.ndarray, test: np.ndarray, level: float) -> float:
    """Mean PSNR of the best linear map from noisy to clean, learned from the training images made noisy."""
    rows = train.reshape(len(train), -1).astype(np.float32)
    noisy = clipped(rows, level, np.random.default_rng(0))
    read, scored = noisy - noisy.mean(0), rows - rows.mean(0)
    filter_ = np.linalg.solve(read.T @ read + 1e-3 * len(rows) * np.eye(rows.shape[1]), read.T @ scored)
    scores = []
    for number, image in enumerate(test):
        clean = image.astype(np.float32)[..., None]
        given = clipped(clean, level, np.random.default_rng((number, round(100 * level))))
        found = (given.ravel() - noisy.mean(0)) @ filter_ + rows.mean(0)
        scores.append(psnr(clean.ravel(), found.clip(0, WHITE)))
    return float(np.mean(scores))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, help="A local copy.")
    found = load_images("fashion", data=parser.parse_args().data)
    train = np.concatenate([found.splits[part].images for part in ("train", "validation") if part in found.splits])
    train, test = train[..., 0], found.splits["test"].images[:JUDGED, ..., 0]
    peers = {f"psnr_at_{level:g}_db": wiener(train, test, level) for level in LEVELS}
    print(peers, flush=True)
    model = ImageDenoiser(**SETTINGS, validation_fraction=0.01).fit(list(train))
    figures = judged(model, [image[..., None] for image in test], LEVELS, clipped=True)
    above = {
        f"above_wiener_at_{level:g}_db": figures[f"psnr_at_{level:g}_db"] - peers[f"psnr_at_{level:g}_db"]
        for level in LEVELS
    }
    seconds = model.metrics_["fit"]["seconds"]
    record(
        "denoiser_fashion",
        {
            "settings": SETTINGS,
            "seconds": seconds,
            "pictures": len(test),
            "wiener": peers,
            "ours": {**figures, **above},
        },
    )


if __name__ == "__main__":
    main()
