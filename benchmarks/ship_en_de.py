"""Fit the translator that ships under the name en-de, and put it into the package with figures of the very file.

python benchmarks/ship_en_de.py fit models/en-de       # 50 to 80 minutes of one CPU core; goes on where it was
python benchmarks/ship_en_de.py ship models/en-de      # then benchmarks/seq2seq_multi30k.py measures it

Set VAEWORKS_DATA to a folder with a copy of multi30k where there is no connection.
"""

import logging
import sys
from pathlib import Path

from ship_natural import session

from vaeworks import Seq2SeqVAE, datasets, load
from vaeworks.pretrained import HERE
from vaeworks.seq2seq.presets import PRESETS
from vaeworks.storage.artifact import CARD, write_metrics

NAME, SET = "en-de", "multi30k-en-de"
FAULTS = """
## How it was made, and its faults

Fitted on the 29,000 English captions of photos of Multi30k's training part and their German translations (Elliott et
al. 2016); its validation part chose the epoch, and its test part of 2016 gave the figures above. The captions are
Flickr30k's, for research, and so is this model. The weights were then rounded: tables to 8 bits, the rest to half
precision.

- Captions of photos are all that it knows: people and dogs in the present tense, outdoors, at work and at play. Of
  questions, names, numbers, speech and the past it makes a caption that reads well and may say something else.
- It has seen each English caption with one translation; what it adds to a rare word is a guess.
- Alternatives differ by what a draw of the code says. Some of them are wrong.
"""


def fit(out: Path) -> None:
    splits = datasets.load_pairs(SET).splits
    train, validation = splits["train"], splits["validation"]
    model = Seq2SeqVAE(**PRESETS[SET].parameters, precision="bf16-mixed", device="cpu", verbose=True)
    source = {"source": SET, "encoding": "utf-8", "drop_empty": False, "rows": len(train)}
    model.fit(train.X, train.y, validation=(validation.X, validation.y), session=session(out, source))


def ship(out: Path) -> None:
    load(out).set_params(verbose=False, device="auto").save(HERE / NAME, overwrite=True, compact=True)
    model, test = load(NAME), datasets.load_pairs(SET).splits["test"]
    figures = model.evaluate(test.X, test.y, samples=100)
    model.metrics_ = {"dataset": SET, "split": "test", **figures, **model.metrics_}
    write_metrics(HERE / NAME, model.metrics_)
    (HERE / NAME / CARD).write_text(model.card() + FAULTS, encoding="utf-8")


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    {"fit": fit, "ship": ship}[sys.argv[1]](Path(sys.argv[2]))
