"""Denoising: a noisy picture cleaned by the model that ships, and how sure it is of every pixel."""

import numpy as np
from sklearn.datasets import load_sample_image

from vaeworks import load


def main() -> None:
    clean = load_sample_image("flower.jpg")[100:228, 200:328]
    noisy = clean + np.random.default_rng(0).normal(0, 25, clean.shape)
    model = load("natural")
    found = model.transform([noisy])[0]
    print(f"noisy {psnr(clean, noisy):.1f} dB, cleaned {psnr(clean, found):.1f} dB")


def psnr(one: np.ndarray, other: np.ndarray) -> float:
    return float(10 * np.log10(255**2 / ((one - np.clip(other, 0, 255)) ** 2).mean()))


if __name__ == "__main__":
    main()
