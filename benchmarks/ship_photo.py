"""Fit the codec that ships under the name photo, and put it into the package with figures of the very file.

python benchmarks/ship_photo.py fit BSDS500 models/photo       # on its train and test folders; goes on where it was
python benchmarks/ship_photo.py ship BSDS500 models/photo      # then benchmarks/codec_photos.py measures it on Kodak

BSDS500 is the folder with train, val and test in it. Fitting takes about an hour of one CPU core.
"""

from pathlib import Path

from ship_natural import command, photos, session

from vaeworks import ImageCodec, load
from vaeworks.pretrained import HERE
from vaeworks.storage.artifact import CARD, write_metrics

PHOTO = HERE / "photo"
SETTINGS = {"epochs": 44, "learning_rate": 1.5e-3, "precision": "bf16-mixed", "device": "cpu"}
FAULTS = """
## How it was made, and its faults

Fitted on the 400 photos of the train and test folders of BSDS500 (Arbelaez et al. 2011), which are for non-commercial
research and education only, and so is this model; 32 photos of its val folder chose the epoch. Kodak's took no part.
The weights were then rounded to half precision.

- It has seen photos. Drawings, text and screenshots take more bits than they need: PNG or WebP may be smaller there.
- Its measure is the squared error, so at low qualities it blurs what it cannot afford, and hides no blur by making up.
- The photos were JPEG files themselves; at the highest qualities their traces are what it learned.
- Files are read by this very model only: its digest is in them, so keep it as long as the files.
"""


def fit(folder: Path, out: Path) -> None:
    train, others = photos(folder)
    source = {"dataset": "BSDS500, its train and test folders"}
    ImageCodec(**SETTINGS).fit(train, validation=(others, None), session=session(out, source))


def ship(folder: Path, out: Path) -> None:
    load(out).save(PHOTO, overwrite=True, compact=True)
    model = load("photo")
    _, others = photos(folder)
    figures = model.evaluate(others, samples=10)
    model.metrics_ = {"dataset": "32 photos of BSDS500's val folder", "split": "all", **figures, **model.metrics_}
    write_metrics(PHOTO, model.metrics_)
    (PHOTO / CARD).write_text(model.card() + FAULTS, encoding="utf-8")


if __name__ == "__main__":
    command(fit, ship)
