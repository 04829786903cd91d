"""IMDB with 200, 500 and 2,500 labels, three draws each, all from one pretraining that saw no label.

python benchmarks/text_few_labels.py [MODEL]    # a folder with the pretrained model; without one, it is fitted first

Each draw is fitted twice from the pretrained model: on its labelled reviews (repeated) beside unlabelled ones, then on
the labels that this first model is surest of, beside the true ones. Labels of other reviews are never read. The
accuracy is of the linear layer on z; NB-SVM on the same labelled reviews stands beside.
"""

import sys
import time

import numpy as np
from imdb_reviews import after_first_pass, read
from recorded import record
from sklearn.base import clone
from text_baselines import nb_svm

from vaeworks import TextVAE, load

COUNTS, DRAWS, EVERY = (200, 500, 2500), 3, 5
LABELLED_ROWS, UNLABELLED_ROWS, PSEUDO_ROWS = 2500, 2500, 12_000
FURTHER = {"max_tokens": 50, "tail_tokens": 250, "learning_rate": 1e-3, "label_delay": 0.0, "averaging": 0.99}


def main() -> None:
    splits = read()
    pretrained = load(sys.argv[1]) if sys.argv[1:] else after_first_pass(splits)
    test = tuple(column[::EVERY] for column in splits["test"])
    pool = splits["train"][0] + splits["unlabelled"][0]
    runs = [run(pretrained, splits["train"], pool, test, count, seed) for count in COUNTS for seed in range(DRAWS)]
    means = {
        str(count): {
            name: float(np.mean([run[name] for run in runs if run["labels"] == count]))
            for name in ("first fit", "second fit", "NB-SVM")
        }
        for count in COUNTS
    }
    record("text_few_labels", {"split": f"every {EVERY}th test review", "means": means, "runs": runs})


def run(pretrained: TextVAE, train: tuple, pool: list[str], test: tuple, count: int, seed: int) -> dict:
    began, random = time.perf_counter(), np.random.default_rng(seed)
    texts, labels = drawn(train, count, random)
    unlabelled = [pool[row] for row in random.permutation(len(pool))[:PSEUDO_ROWS]]
    repeats = max(1, LABELLED_ROWS // count)
    rows = texts * repeats + unlabelled[:UNLABELLED_ROWS]
    first = further(pretrained, rows, labels * repeats + [None] * UNLABELLED_ROWS, epochs=2)
    sure, guesses = surest(first, unlabelled)
    second = further(pretrained, texts * repeats + sure, labels * repeats + guesses, epochs=1)
    figures = {
        "labels": count,
        "seed": seed,
        **{name: accuracy(model, test) for name, model in (("first fit", first), ("second fit", second))},
        "NB-SVM": nb_svm({"train": (texts, labels), "test": test})["accuracy"],
        "seconds": time.perf_counter() - began,
    }
    print(figures, file=sys.stderr)
    return figures


def drawn(train: tuple, count: int, random: np.random.Generator) -> tuple[list[str], list[str]]:
    """As many reviews of each label."""
    order = random.permutation(len(train[0]))
    found = {label: [row for row in order if train[1][row] == label] for label in ("negative", "positive")}
    rows = [row for rows in found.values() for row in rows[: count // 2]]
    return [train[0][row] for row in rows], [train[1][row] for row in rows]


def further(pretrained: TextVAE, texts: list[str], labels: list, epochs: int) -> TextVAE:
    settings = {**FURTHER, "epochs": epochs, "validation_fraction": 0.0, "label_name": "sentiment"}
    return clone(pretrained).set_params(**settings).fit(texts, labels, start=pretrained)


def surest(model: TextVAE, texts: list[str]) -> tuple[list[str], list[str]]:
    """The half of each predicted class that the model is surest of, and its labels."""
    chances = model.predict_proba(texts)
    guesses, sureness = chances.argmax(1), chances.max(1)
    rows = [
        row
        for label in range(2)
        for row in sorted(np.flatnonzero(guesses == label), key=lambda row: -sureness[row])[: len(texts) // 4]
    ]
    return [texts[row] for row in rows], [str(model.classes_[guesses[row]]) for row in rows]


def accuracy(model: TextVAE, test: tuple) -> float:
    return float((model.predict(test[0]) == np.array(test[1])).mean())


if __name__ == "__main__":
    main()
