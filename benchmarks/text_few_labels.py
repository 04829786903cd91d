"""IMDB with 200, 500 and 2,500 labels, three draws each, all from one pretraining that saw no label.

python benchmarks/text_few_labels.py [MODEL]    # a folder with the pretrained model; without one, it is fitted first

Each draw goes on from the pretrained model with its labelled reviews and 25,000 others, whose labels are never read: a
linear teacher of n-grams, fitted to the same few labels, gives them pseudo-labels. The accuracy is of the linear
layer on z; the teacher alone, and NB-SVM on the same labelled reviews, stand beside.
"""

import sys
import time
from copy import deepcopy

import numpy as np
from imdb_reviews import after_first_pass, read
from recorded import record
from text_baselines import nb_svm, taught

from vaeworks import TextVAE, load

COUNTS, DRAWS, EVERY, UNLABELLED = (200, 500, 2500), 3, 5, 25_000
FURTHER = {
    "max_tokens": 50,
    "epochs": 2,
    "precision": "bf16-mixed",
    "batch_size": 32,
    "label_delay": 0.0,
    "label_warmup": 0.0,
    "averaging": 0.995,
    "pseudo_labels": True,
    "distillation": 0.0,
    "validation_fraction": 0.0,
    "label_name": "sentiment",
}


def main() -> None:
    splits = read()
    pretrained = load(sys.argv[1]) if sys.argv[1:] else after_first_pass(splits, FURTHER["precision"])
    test = tuple(column[::EVERY] for column in splits["test"])
    pool = splits["train"][0] + splits["unlabelled"][0]
    runs = [run(pretrained, splits["train"], pool, test, count, seed) for count in COUNTS for seed in range(DRAWS)]
    means = {
        str(count): {
            name: float(np.mean([run[name] for run in runs if run["labels"] == count]))
            for name in ("ours", "teacher", "NB-SVM")
        }
        for count in COUNTS
    }
    record("text_few_labels", {"split": f"every {EVERY}th test review", "means": means, "runs": runs})


def run(pretrained: TextVAE, train: tuple, pool: list[str], test: tuple, count: int, seed: int) -> dict:
    began, random = time.perf_counter(), np.random.default_rng(seed)
    texts, labels = drawn(train, count, random)
    others = [pool[row] for row in random.permutation(len(pool))[:UNLABELLED]]
    rows, known = texts + others, labels + [None] * len(others)
    model = deepcopy(pretrained).set_params(**FURTHER).go_on(rows, known)
    figures = {
        "labels": count,
        "seed": seed,
        "ours": accuracy(model.predict(test[0]), test),
        "teacher": accuracy(taught(rows, known, test[0]), test),
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


def accuracy(found: np.ndarray, test: tuple) -> float:
    return float((found == np.array(test[1])).mean())


if __name__ == "__main__":
    main()
