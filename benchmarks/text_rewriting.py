"""Reviews with their label turned: does a judge read the new one, and how much of the words is kept?

python benchmarks/text_rewriting.py imdb-sentences [--validation]       # 10 minutes of a core

Of each review the first 60 words. The judge, tf-idf and logistic regression, never saw the model.
"""

import sys

import numpy as np
from imdb_reviews import read
from recorded import record
from text_baselines import linear
from text_sentences import bleu, every, written

from vaeworks import TextVAE, load

REVIEWS, BEGINNING, EXAMPLES = 300, 60, 5


def main() -> None:
    splits, split = read(), "validation" if "--validation" in sys.argv else "test"
    judge, model = linear(splits), load(sys.argv[1])
    texts, labels = every(splits[split], REVIEWS if split == "test" else 100)
    show = record if split == "test" else print  # what chooses is not kept
    show("text_rewriting", {"model": sys.argv[1], "split": split, **rewriting(model, texts, labels, judge)})


def rewriting(model: TextVAE, texts: list[str], labels: list[str], judge) -> dict:
    """Each review's first sentences, turned to the other label."""
    some = [" ".join(text.split()[:BEGINNING]) for text in texts]
    other = {"positive": "negative", "negative": "positive"}
    wanted = np.array([other[label] for label in labels])
    found = np.array(some, dtype=object)
    for label in other:
        rows = np.flatnonzero(wanted == label)
        found[rows] = model.rewrite([some[row] for row in rows], label)
    return {
        "reviews": len(some),
        "judge says the new label": float((judge.predict(list(found)) == wanted).mean()),
        "BLEU to the original": bleu(written(model, list(found)), written(model, some)),
        "examples": [list(pair) for pair in zip(some[:EXAMPLES], found[:EXAMPLES].tolist(), strict=True)],
    }


if __name__ == "__main__":
    main()
