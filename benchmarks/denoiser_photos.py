"""Denoisers on BSD68, its colours and Kodak: ours, blind and told the level, beside BM3D and non-local means.

    python benchmarks/denoiser_photos.py peers grey BSDS500        # BM3D takes seconds an image
    python benchmarks/denoiser_photos.py ours grey BSDS500 --model natural
    python benchmarks/denoiser_photos.py ours kodak KODAK --every 3
    python benchmarks/denoiser_photos.py times kodak KODAK         # one photo, ours and BM3D in turn

BSDS500 is the folder with val in it. Noise is neither clipped nor rounded, and is the same for everyone:
that of a picture depends on its number and the level alone. PSNR is the mean over pictures, in dB.
"""

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from bsd68 import NUMBERS
from recorded import RESULTS, record

from vaeworks import ImageDenoiser, load
from vaeworks.datasets import read_image
from vaeworks.denoiser.judging import judged
from vaeworks.denoiser.noise import NOISE
from vaeworks.pixels.photos import WHITE, psnr

LEVELS = (15.0, 25.0, 50.0)
GREY = np.array([0.298936, 0.587043, 0.114021])  # as MATLAB's rgb2gray has it, so that the pictures are BSD68's


def pictures(name: str, folder: Path, every: int) -> list[np.ndarray]:
    """Clean pictures, float32 (H, W, C)."""
    if name == "kodak":
        return [read_image(file).astype(np.float32) for file in sorted(folder.glob("*.png"))[::every]]
    found = [read_image(folder / "val" / f"{number}.jpg") for number in NUMBERS[::every]]
    if name == "grey":
        return [np.rint(image @ GREY)[..., None].astype(np.float32) for image in found]
    return [image.astype(np.float32) for image in found]


def noisy(clean: np.ndarray, number: int, level: float) -> np.ndarray:
    """As `judged` makes it."""
    return NOISE["gaussian"].add(clean, level, np.random.default_rng((number, round(100 * level)))).astype(np.float32)


def bm3d(image: np.ndarray, level: float) -> np.ndarray:
    from bm3d import bm3d as grey
    from bm3d import bm3d_rgb

    if image.shape[-1] == 1:
        return np.asarray(grey(image[..., 0] / WHITE, level / WHITE)).reshape(image.shape) * WHITE
    return np.asarray(bm3d_rgb(image / WHITE, level / WHITE)) * WHITE


def non_local_means(image: np.ndarray, level: float) -> np.ndarray:
    from skimage.restoration import denoise_nl_means

    sigma = level / WHITE
    words = {"h": 0.8 * sigma, "sigma": sigma, "patch_size": 5, "patch_distance": 6, "channel_axis": -1}
    return np.asarray(denoise_nl_means(image / WHITE, fast_mode=True, **words)).reshape(image.shape) * WHITE


PEERS: dict[str, Callable] = {"BM3D": bm3d, "non-local means": non_local_means}


def peers(name: str, clean: list[np.ndarray]) -> dict:
    found: dict[str, dict[str, float]] = {}
    for method, denoise in PEERS.items():
        for level in LEVELS:
            scores = [
                psnr(image, denoise(noisy(image, number, level), level).clip(0, WHITE))
                for number, image in enumerate(clean)
            ]
            found.setdefault(method, {})[f"psnr_at_{level:g}_db"] = float(np.mean(scores))
            print(name, method, level, found[method], flush=True)
    return found


def ours(model: str, clean: list[np.ndarray]) -> dict:
    denoiser = load(model)
    return {"ours": judged(denoiser, clean, LEVELS) | turned(denoiser, clean)}


def turned(denoiser: ImageDenoiser, clean: list[np.ndarray]) -> dict:
    """PSNR, blind, of the mean over eight ways to turn a picture."""
    found = {}
    for level in LEVELS:
        rows = [
            psnr(image, denoiser.denoise([noisy(image, number, level)], turns=8)[0].clip(0, WHITE))
            for number, image in enumerate(clean)
        ]
        found[f"psnr_turned_at_{level:g}_db"] = float(np.mean(rows))
    return found


def times(folder: Path, model: str) -> dict:
    """Seconds for one photo of 768 x 512, five rounds of both in turn."""
    image = noisy(pictures("kodak", folder, 1)[0], 0, 25.0)
    denoiser, rows = load(model), []
    denoiser.denoise([image])
    for _ in range(3):
        began = time.perf_counter()
        denoiser.denoise([image])
        between = time.perf_counter()
        bm3d(image, 25.0)
        rows.append((between - began, time.perf_counter() - between))
    mine, theirs = np.median(np.array(rows), 0)
    return {"shape": list(image.shape), "ours_s": mine, "bm3d_s": theirs, "bm3d_over_ours": theirs / mine}


def keep(key: str, figures: dict) -> None:
    """Write figures beside what was measured before."""
    path = RESULTS / "denoiser_photos.json"
    before = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    before.pop("machine", None)
    record("denoiser_photos", {**before, key: {**before.get(key, {}), **figures}})


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["peers", "ours", "times"])
    parser.add_argument("name", choices=["grey", "colour", "kodak"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", default="natural")
    parser.add_argument("--every", type=int, default=1, help="Take every so many pictures.")
    given = parser.parse_args()
    if given.what == "times":
        return keep("times", times(given.folder, given.model))
    clean = pictures(given.name, given.folder, given.every)
    key = given.name if given.every == 1 else f"{given.name}, every {given.every}th"
    figures = peers(key, clean) if given.what == "peers" else ours(given.model, clean)
    keep(key, {"pictures": len(clean), **figures})


if __name__ == "__main__":
    main()
