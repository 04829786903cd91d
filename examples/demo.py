"""Fit a text VAE on real film reviews, then reconstruct, sample and interpolate: what `make demo` shows.

A short look at the other kinds follows, by models that ship or are fitted in seconds.
`python examples/demo.py reviews.csv --epochs 2` takes other texts with these labels, and any option of `vae fit text`.
"""

import subprocess
import sys
from pathlib import Path

MODEL = "models/demo"
REVIEWS = (
    "A warm, funny and moving film that never strikes a false note.",
    "A tedious, badly acted mess with no idea what it wants to be.",
    "The performances are strong, but the script lets everyone down.",
)


def main() -> None:
    if not Path(MODEL, "config.json").exists():
        vae("fit", "text", *(sys.argv[1:] or ["rotten"]), "--out", MODEL, *unfinished())
    vae("evaluate", MODEL)
    vae("reconstruct", MODEL, *REVIEWS)
    vae("sample", MODEL, "-n", "3", "--label", "fresh", "--seed", "1")
    vae("sample", MODEL, "-n", "3", "--label", "rotten", "--seed", "1")
    vae("interpolate", MODEL, REVIEWS[0], REVIEWS[1], "--steps", "5")
    vae("report", MODEL, "--out", "report.html")
    others(Path("models/demo-others"))


def others(folder: Path) -> None:
    """One look at each other kind."""
    folder.mkdir(parents=True, exist_ok=True)
    picture, series = folder / "noisy.png", folder / "series.csv"
    write_picture(picture)
    write_series(series)
    vae("reconstruct", "imdb-sentences", "The acting is great, but the story is very slow. I would not see it again.")
    vae("predict", "en-de", "Two men are cooking.", "--alternatives", "3")
    vae("denoise", "natural", picture, "--out", folder / "clean.png")
    vae("compress", "photo", folder / "clean.png", "--out", folder / "clean.vae")
    vae("fit", "tabular", "wine", "--epochs", "30", "--out", folder / "wine", "--overwrite")
    vae("anomalies", folder / "wine", "wine", "--top", "3")
    vae(
        "fit",
        "forecast",
        series,
        "--history",
        "36",
        "--horizon",
        "6",
        "--epochs",
        "15",
        "--out",
        folder / "series",
        "--overwrite",
    )
    vae("predict", folder / "series", series)
    vae("fit", "image", "digits", "--rate", "8", "--epochs", "20", "--out", folder / "digits", "--overwrite")
    vae("sample", folder / "digits", "-n", "36", "--out", folder / "digits.png")


def write_picture(file: Path) -> None:
    """A photo with noise of sigma 25."""
    import numpy as np
    from PIL import Image
    from sklearn.datasets import load_sample_image

    photo = load_sample_image("flower.jpg")[100:356, 150:406]
    noisy = photo + np.random.default_rng(0).normal(0, 25, photo.shape)
    Image.fromarray(noisy.round().clip(0, 255).astype(np.uint8)).save(file)


def write_series(file: Path) -> None:
    """Forty years of a made monthly series."""
    import numpy as np

    steps = np.arange(480)
    values = np.sin(steps * 2 * np.pi / 12) + 0.01 * steps + np.random.default_rng(0).normal(0, 0.2, 480)
    rows = [f"{1980 + step // 12}-{step % 12 + 1:02}-01,{value:.3f}" for step, value in zip(steps, values, strict=True)]
    file.write_text("\n".join(["time,level", *rows]) + "\n", encoding="utf-8")


def unfinished() -> list[str]:
    return ["--resume"] if Path(f"{MODEL}.unfinished/state.safetensors").exists() else []


def vae(*said: object) -> None:
    """Show a command, and run it as a person would."""
    arguments = [str(word) for word in said]
    print(f"\n$ vae {' '.join(repr(word) if ' ' in word else word for word in arguments)}", flush=True)
    code = subprocess.run([Path(sys.executable).with_name("vae"), *arguments]).returncode
    if code:
        sys.exit(code)


if __name__ == "__main__":
    main()
