"""Lossy codecs on photos: ours beside those of Pillow, by whole files, and the rate-distortion curves as a picture.

    python benchmarks/codec_photos.py KODAK                      # bits, errors and BD-rates against JPEG
    python benchmarks/codec_photos.py KODAK --times              # seconds of one core for each photo

BD-rates are over 27 to 38 dB of PSNR in RGB, of each photo, and then their mean; Pillow's JPEG is 4:2:0 and not
optimised. JPEG XL takes part where `pillow-jxl-plugin` is installed.
"""

import argparse
import json
import time
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from recorded import RESULTS, record

from vaeworks import load
from vaeworks.codec.judging import Curve, bd_rate, by_pillow, point
from vaeworks.datasets import read_image

OURS = range(0, 101, 10)
LIKE_JPEG = (5, 10, 15, 20, 30, 40, 50, 60, 70, 80, 87, 92, 96)
PEERS: dict[str, tuple[str, str, Iterable, dict]] = {
    "JPEG": ("JPEG", "quality", LIKE_JPEG, {}),
    "JPEG, optimised": ("JPEG", "quality", LIKE_JPEG, {"optimize": True}),
    "WebP": ("WEBP", "quality", (1, 5, 15, 30, 45, 60, 75, 84, 90, 94, 97), {"method": 6}),
    "JPEG 2000": (
        "JPEG2000",
        "quality_layers",
        [[at] for at in range(24, 45, 2)],
        {"quality_mode": "dB", "irreversible": True, "mct": 1},
    ),
    "AVIF": ("AVIF", "quality", (5, 15, 25, 35, 45, 55, 65, 75, 85, 92), {"speed": 6}),
    "JPEG XL": ("JXL", "quality", (10, 20, 30, 45, 60, 70, 80, 87, 92, 96), {}),
}
CURVES = "mean_bits_per_pixel_and_psnr_db"
PICTURE = Path(__file__).parent.parent / "docs" / "codec_curves.png"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("kodak", type=Path)
    parser.add_argument("--model", default="photo")
    parser.add_argument("--times", action="store_true")
    parser.add_argument("--only", nargs="+", help="Measure these again, and keep what stands of the others.")
    parser.add_argument("--every", type=int, default=1, help="Take every so many photos.")
    given = parser.parse_args()
    photos = [read_image(file) for file in sorted(given.kodak.glob("*.png"))[:: given.every]]
    if given.times:
        return keep({"seconds": times(given.model, photos[:: max(1, len(photos) // 6)])})
    baseline = of_peer("JPEG", photos)
    curves = {name: found for name in (given.only or ["ours", *PEERS]) if (found := of(name, given.model, photos))}
    figures = {name: rates(found, baseline) for name, found in curves.items()}
    means = {name: np.mean(found, 0).tolist() for name, found in curves.items()}
    before = kept()
    keep(
        {
            "photos": len(photos),
            "bd_rate_per_cent": {**before.get("bd_rate_per_cent", {}), **figures},
            CURVES: {**before.get(CURVES, {}), **means},
        }
    )
    draw(kept()[CURVES])
    return None


def of(name: str, model: str, photos: list[np.ndarray]) -> list[Curve]:
    """Bits a pixel and PSNR of each photo; none for a format that is not installed."""
    if name == "ours":
        return curves_of(lambda photo, at: point(load_once(model), photo, at), photos, OURS)
    return [] if name == "JPEG XL" and not plugged() else of_peer(name, photos)


def of_peer(name: str, photos: list[np.ndarray]) -> list[Curve]:
    form, option, values, how = PEERS[name]
    return curves_of(lambda photo, at: by_pillow(photo, form, **{option: at}, **how), photos, values)


MODELS: dict = {}


def load_once(name: str):
    if name not in MODELS:
        MODELS[name] = load(name)
    return MODELS[name]


def plugged() -> bool:
    if find_spec("pillow_jxl") is None:
        return False
    import pillow_jxl  # noqa: F401  # it registers itself

    return True


def curves_of(measure: Callable, photos: list[np.ndarray], values: Iterable) -> list[Curve]:
    """Bits a pixel and PSNR of each photo at each value."""
    return [[measure(photo, value) for value in values] for photo in photos]


def rates(ours: list[Curve], theirs: list[Curve]) -> float:
    return float(np.mean([bd_rate(mine, other) for mine, other in zip(ours, theirs, strict=True)]))


def times(name: str, photos: list[np.ndarray]) -> dict:
    """Median seconds to encode and to decode, at three qualities."""
    import torch

    torch.set_num_threads(1)
    model, found = load_once(name), {}
    for quality in (20, 50, 80):
        rows = []
        for photo in photos:
            began = time.perf_counter()
            content = model.compress([photo], quality=quality)
            between = time.perf_counter()
            model.decompress(content)
            rows.append((between - began, time.perf_counter() - between))
        encode, decode = np.median(np.array(rows), 0)
        found[f"at {quality}"] = {"encode": float(encode), "decode": float(decode)}
        print(quality, encode, decode, flush=True)
    return found


def kept() -> dict:
    """What was measured before."""
    path = RESULTS / "codec_photos.json"
    before = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    before.pop("machine", None)
    return before


def keep(figures: dict) -> None:
    record("codec_photos", {**kept(), **figures})


def draw(means: dict) -> None:
    """The curves up to two bits a pixel."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(6, 4))
    for name, curve in means.items():
        bits, decibels = np.array(sorted(curve)).T
        axes.plot(bits, decibels, label=name, linewidth=2.5 if name == "ours" else 1.2)
    axes.set(xlim=(0, 2), ylim=(26, 40), xlabel="bits a pixel", ylabel="PSNR in dB, mean of the Kodak photos")
    axes.legend(frameon=False)
    figure.savefig(PICTURE, dpi=110, bbox_inches="tight")


if __name__ == "__main__":
    main()
