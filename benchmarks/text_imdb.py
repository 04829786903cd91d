"""IMDB: every figure of a text VAE on the test reviews, and whether its reconstructions keep the sentiment.

python benchmarks/text_imdb.py [MODEL]          # MODEL is imdb, the one that ships, or a folder: about 20 minutes
"""

import sys

import numpy as np
from imdb_reviews import read
from recorded import record
from text_baselines import linear

from vaeworks import TextVAE, load
from vaeworks.storage.old_names import current

EVERY_FOR_SAMPLES, EVERY_FOR_RECONSTRUCTIONS, SAMPLES = 50, 25, 100
EVERY_FOR_EXAMPLES = 99  # labels take turns, so an even stride would show one of them


def main() -> None:
    name = sys.argv[1] if sys.argv[1:] else "imdb"
    folder = name.strip("/").rpartition("/")[2]
    record("text_imdb" if name == "imdb" else f"text_imdb_{folder}", measured(load(name)))


def measured(model: TextVAE) -> dict:
    splits, model.verbose = read(), True
    return {
        "split": "test",
        "all test reviews": scalars(model.evaluate(*splits["test"], samples=0)),
        f"every {EVERY_FOR_SAMPLES}th": importance(model, *every(splits["test"], EVERY_FOR_SAMPLES)),
        f"every {EVERY_FOR_RECONSTRUCTIONS}th": kept_sentiment(model, splits),
    }


def every(split: tuple[list, list], step: int) -> tuple[list, list]:
    return split[0][::step], split[1][::step]


def scalars(figures: dict) -> dict:
    return {name: value for name, value in current(figures).items() if not isinstance(value, list)}


def importance(model: TextVAE, texts: list[str], labels: list[str]) -> dict:
    """Both bounds on the same reviews: the ELBO's, and the tighter one with many draws."""
    figures = model.evaluate(texts, labels, samples=SAMPLES)
    names = ("examples", "tokens", "perplexity_elbo", "perplexity_importance", "importance_samples")
    return {name: figures[name] for name in names}


def kept_sentiment(model: TextVAE, splits: dict) -> dict:
    """What a classifier that never saw the model says of reviews and of their reconstructions."""
    judge = linear(splits)
    texts, labels = every(splits["test"], EVERY_FOR_RECONSTRUCTIONS)
    decoded = model.reconstruct(texts)
    of_texts, of_decoded = judge.predict(texts), judge.predict(decoded)
    return {
        "reviews": len(texts),
        "judge's accuracy on the reviews": float((of_texts == np.array(labels)).mean()),
        "judge says the same of a review and its reconstruction": float((of_texts == of_decoded).mean()),
        "judge on the reconstruction, against the label": float((of_decoded == np.array(labels)).mean()),
        "judge on the reconstruction, against the model's prediction": float(
            (of_decoded == model.predict(texts)).mean()
        ),
        "examples": [
            {"review": text, "label": label, "reconstruction": again}
            for text, label, again in list(zip(texts, labels, decoded, strict=True))[::EVERY_FOR_EXAMPLES]
        ],
    }


if __name__ == "__main__":
    main()
