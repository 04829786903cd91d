"""Fit the denoiser that ships under the name natural, and put it into the package with figures of the very file.

python benchmarks/ship_natural.py fit BSDS500 models/natural       # on its train and test folders; goes on where it was
python benchmarks/ship_natural.py ship BSDS500 models/natural

BSDS500 is the folder with train, val and test, and with bsd68.tsv, which names the pictures of BSD68 among val.
"""

import argparse
import logging
from pathlib import Path

from vaeworks import ImageDenoiser, Session
from vaeworks.datasets.images.photos import pictures_below
from vaeworks.denoiser.pictures import open_picture

SETTINGS = {"epochs": 38, "precision": "bf16-mixed", "device": "cpu"}


def bsd68(folder: Path) -> set[str]:
    """The names of the pictures of BSD68, which nothing here may learn from."""
    lines = (folder / "bsd68.tsv").read_text(encoding="utf-8").splitlines()
    return {line.split("\t")[1].strip() for line in lines if line.strip()}


def fit(folder: Path, out: Path) -> None:
    kept_back = bsd68(folder)
    train = [*pictures_below(folder / "train"), *pictures_below(folder / "test")]
    others = [open_picture(file).pixels for file in sorted(folder.glob("val/*.jpg")) if file.stem not in kept_back]
    resume = (out.with_name(out.name + ".unfinished") / "state.safetensors").is_file()
    session = Session(out, resume=resume, source={"dataset": "BSDS500, its train and test folders"})
    ImageDenoiser(**SETTINGS).fit(train, validation=(others, None), session=session)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["fit"])
    parser.add_argument("bsds500", type=Path)
    parser.add_argument("model", type=Path)
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    globals()[given.what](given.bsds500, given.model)


if __name__ == "__main__":
    main()
