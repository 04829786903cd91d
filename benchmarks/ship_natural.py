"""Fit the denoiser that ships under the name natural, and put it into the package with figures of the very file.

python benchmarks/ship_natural.py fit BSDS500 models/natural       # on its train and test folders; goes on where it was
python benchmarks/ship_natural.py ship BSDS500 models/natural

BSDS500 is the folder with train, val and test in it. What ships now was fitted in stages by hand (see its card).
"""

import argparse
import logging
from collections.abc import Callable
from pathlib import Path

from bsd68 import NUMBERS
from denoiser_photos import keep, pictures

from vaeworks import ImageDenoiser, Session, load
from vaeworks.datasets.images.photos import pictures_below
from vaeworks.pixels.files import open_picture
from vaeworks.pretrained import HERE
from vaeworks.storage.artifact import CARD, write_metrics

NATURAL = HERE / "natural"

SETTINGS = {"precision": "bf16-mixed", "device": "cpu"}
SMALL = {"epochs": 25, "patch": 64, "batch_size": 16}  # quick, and then as whole pictures are
LARGE = {"epochs": 20, "patch": 160, "batch_size": 3}
FAULTS = """
## How it was made, and its faults

Fitted on the 400 photos of the train and test folders of BSDS500 (Arbelaez et al. 2011), which are for non-commercial
research and education only, and so is this model. The 68 photos of BSD68 took no part; the other 32 of the val folder
chose the epoch, and how many standard deviations hold 68 and 95 per cent of the pixels. It was made in stages, each
begun with the averaged weights of the one before: 4 epochs of 64-pixel patches at a learning rate of .002, 21 at .001,
15 of 160-pixel patches at .001, 5 at .0005, and 28 at .001; in the last two half of the patches were recoloured, and
the first two were broken off. That took about two hours and a quarter of one CPU core; the last 28 epochs brought .04
dB. benchmarks/ship_natural.py fits one much like it, in two stages.
The weights were then rounded to half precision.

- It knows independent normal noise of one level all over a picture, real-valued or clipped to 8 bits. Noise of cameras
  that was already smoothed or compressed, and noise of other forms, it may leave or take for texture.
- Of vivid pictures, drawings and hard edges it has seen few: a clean colour photo of that kind may be changed by as
  much as 36 dB says, and where there is little noise non-local means can be better.
- Fine texture that looks like noise of the level that it guesses is smoothed away; `--sigma` tells it the level.
- What it fills in is what photos usually show. It is no evidence of what was there: no use in medicine or in court.
- Its standard deviations are for noise as above.
"""


def photos(folder: Path) -> tuple[list, list]:
    """Those of BSDS500 to train on, and those that judge."""
    train = [*pictures_below(folder / "train"), *pictures_below(folder / "test")]
    return train, [open_picture(file).pixels for file in sorted(folder.glob("val/*.jpg")) if file.stem not in NUMBERS]


def fit(folder: Path, out: Path) -> None:
    train, others = photos(folder)
    source = {"dataset": "BSDS500, its train and test folders"}
    small = out.with_name(f"{out.name}-small")
    if not small.exists():
        ImageDenoiser(**SETTINGS, **SMALL).fit(train, validation=(others, None), session=session(small, source))
    model = load(small).set_params(**LARGE)
    model.go_on(train, validation=(others, None), session=session(out, source))


def session(out: Path, source: dict) -> Session:
    """A new fit, or the one that was interrupted."""
    resume = (out.with_name(out.name + ".unfinished") / "state.safetensors").is_file()
    return Session(out, resume=resume, source=source)


def ship(folder: Path, out: Path) -> None:
    load(out).save(NATURAL, overwrite=True, compact=True)
    model = load("natural")
    clean = pictures("grey", folder, 1)
    figures = model.evaluate(clean, samples=10)
    keep("grey", {"pictures": len(clean), "ours": figures})
    model.metrics_ = {"dataset": "BSD68, grey", "split": "all", **figures, **model.metrics_}
    write_metrics(NATURAL, model.metrics_)
    (NATURAL / CARD).write_text(model.card() + FAULTS, encoding="utf-8")


def command(fit: Callable[[Path, Path], None], ship: Callable[[Path, Path], None]) -> None:
    """Do what the words of the command line say."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["fit", "ship"])
    parser.add_argument("bsds500", type=Path)
    parser.add_argument("model", type=Path)
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    {"fit": fit, "ship": ship}[given.what](given.bsds500, given.model)


if __name__ == "__main__":
    command(fit, ship)
