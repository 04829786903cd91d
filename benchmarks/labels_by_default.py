"""Labels without any option: 5,000 film reviews, and 1,500 pictures of clothes, each beside simpler ways.

Ours is fitted with the parameters that a new user has (8 epochs for the pictures; bf16 for the texts, which halves
their time). Beside the linear layer on z stand the linear probe that `fit` shows, and logistic regression on tf-idf of
words and word pairs (texts) or on pixels (pictures), fitted to the same examples. Drawn pictures of each class are
judged by logistic regression that was fitted to all 60,000 training pictures.
"""

import time

import numpy as np
from imdb_reviews import read
from recorded import record
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from vaeworks import ImageVAE, TextVAE, datasets

REVIEWS, PICTURES, EPOCHS, DRAWN, SEED = 5000, 1500, 8, 100, 0


def main() -> None:
    record("labels_by_default", {"texts": texts(), "pictures": pictures()})


def texts() -> dict:
    splits = read()
    chosen = np.random.default_rng(SEED).permutation(len(splits["train"][0]))[:REVIEWS]
    X, y = ([column[row] for row in chosen] for column in splits["train"])
    others, truth = splits["test"]
    began = time.perf_counter()
    model = TextVAE(precision="bf16-mixed", verbose=True).fit(X, y)
    seconds = time.perf_counter() - began
    words = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True), LogisticRegression(C=10, max_iter=500)
    )
    return {
        "ours": accuracy(model.predict(others), truth),
        "tf-idf + logistic regression": accuracy(words.fit(X, y).predict(others), truth),
        "seconds": seconds,
        "held out": shown(model),
    }


def pictures() -> dict:
    splits = datasets.load_images("fashion").splits
    train, test = splits["train"], splits["test"]
    part = train.take(np.random.default_rng(SEED).permutation(len(train))[:PICTURES])
    began = time.perf_counter()
    model = ImageVAE(epochs=EPOCHS, verbose=True).fit(part.X, part.y)
    seconds = time.perf_counter() - began
    judge = LogisticRegression(max_iter=200).fit(flat(train.X), train.y)
    pixels = LogisticRegression(max_iter=200).fit(flat(part.X), part.y)
    drawn = {
        str(name): float((judge.predict(flat(model.sample(DRAWN, name, random_state=SEED))) == name).mean())
        for name in model.classes_
    }
    return {
        "ours": accuracy(model.predict(test.X), test.y),
        "logistic regression on pixels": accuracy(pixels.predict(flat(test.X)), test.y),
        "drawn pictures of a class that the judge gives it": drawn,
        "their mean": float(np.mean(list(drawn.values()))),
        "the judge itself": accuracy(judge.predict(flat(test.X)), test.y),
        "seconds": seconds,
        "held out": shown(model),
    }


def flat(images: np.ndarray) -> np.ndarray:
    return np.asarray(images, dtype=np.float32).reshape(len(images), -1) / 255


def accuracy(found: np.ndarray, truth: list) -> float:
    return float((found == np.array(truth)).mean())


def shown(model: TextVAE | ImageVAE) -> dict:
    return {name: value for name, value in model.metrics_["fit"]["held_out"].items() if name.endswith("accuracy")}


if __name__ == "__main__":
    main()
