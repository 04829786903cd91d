"""Fit a text VAE on real film reviews, then reconstruct, sample and interpolate: what `make demo` shows.

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


def unfinished() -> list[str]:
    return ["--resume"] if Path(f"{MODEL}.unfinished/state.safetensors").exists() else []


def vae(*arguments: str) -> None:
    """Show a command, and run it as a person would."""
    print(f"\n$ vae {' '.join(repr(word) if ' ' in word else word for word in arguments)}", flush=True)
    code = subprocess.run([Path(sys.executable).with_name("vae"), *arguments]).returncode
    if code:
        sys.exit(code)


if __name__ == "__main__":
    main()
