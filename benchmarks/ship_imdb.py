"""Put a fitted model into the package under the name imdb, with the figures of the very files that ship.

python benchmarks/ship_imdb.py models/imdb      # about 20 minutes
"""

import sys

from recorded import record
from text_imdb import EVERY_FOR_SAMPLES, measured

from vaeworks import load
from vaeworks.pretrained import HERE
from vaeworks.storage.artifact import CARD, write_metrics

FOLDER = HERE / "imdb"
FAULTS = """
## How it was made, and its faults

Fitted by `vae fit text imdb` on the IMDB reviews (Maas et al. 2011): 22,504 labelled reviews, which leave out the
2,496 of the validation films, and 50,000 unlabelled ones, in 51 minutes on two CPU cores without a GPU. A linear
classifier of word pairs, fitted to the labels, gave the unlabelled reviews pseudo-labels; it is no part of the model.
The tables were then rounded to 8 and 4 bits; every figure above is of the rounded model, on the 25,000 test reviews,
the importance bound on 500 of them.

- It knows English film reviews, in lower case. Other texts it reads as if they were some; it was not measured on them.
- 32 numbers keep the sentiment, the kind of film and the tone of a review, not its wording: names and plots in a
  reconstruction are made up, and so is every sample.
- It reads the first and last 200 tokens of a review and reconstructs the first 200, with 10,000 words.
- It adds up what is said, and can be sure of itself where it is wrong: "The acting is superb, the photography is
  superb, the music is superb, and I wanted my money back." is read as positive, with a probability of 1.00.
- Reviews carry their authors' prejudices about people and places, and so do its words.
"""


def main() -> None:
    load(sys.argv[1]).save(FOLDER, overwrite=True, compact=True)
    model = load("imdb")
    figures = measured(model)
    record("text_imdb", figures)
    sampled = figures[f"every {EVERY_FOR_SAMPLES}th"]
    bound = {
        f"{name}_on_{sampled['examples']}": sampled[name] for name in ("perplexity_importance", "importance_samples")
    }
    taken = {
        name: value
        for name, value in figures["all test reviews"].items()
        if value is not None and name != "importance_samples"
    }
    model.metrics_ = {"dataset": "imdb", "split": "test", **taken, **bound, **model.metrics_}
    write_metrics(FOLDER, model.metrics_)
    (FOLDER / CARD).write_text(model.card() + FAULTS, encoding="utf-8")


if __name__ == "__main__":
    main()
