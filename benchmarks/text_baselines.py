"""IMDB: what people use for sentiment, and a trigram for the words, beside a text VAE that does both.

python benchmarks/text_baselines.py [MODEL]     # MODEL is imdb, the one that ships, or a folder: about 10 minutes
"""

import sys
import time

import numpy as np
from imdb_reviews import read
from kneser_ney import Trigram
from recorded import record
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.svm import LinearSVC

from vaeworks import TextVAE, load
from vaeworks.labels import Classes
from vaeworks.text.pseudo_labels import Teacher
from vaeworks.text.stream import Texts
from vaeworks.tokens.vocabulary import START


def main() -> None:
    splits, model = read(), load(sys.argv[1] if sys.argv[1:] else "imdb")
    record(
        "text_baselines",
        {
            "split": "test",
            "tf-idf + logistic regression": timed(tf_idf, splits),
            "NB-SVM": timed(nb_svm, splits),
            "our teacher": timed(teacher, splits),
            "Kneser-Ney trigram": timed(lambda splits: trigram(model, splits), splits),
            "ours": timed(lambda splits: ours(model, splits), splits),
        },
    )


def timed(run, splits: dict) -> dict:
    began = time.perf_counter()
    return {**run(splits), "seconds": time.perf_counter() - began}


def tf_idf(splits: dict) -> dict:
    return {"accuracy": linear(splits).score(*splits["test"])}


def linear(splits: dict) -> Pipeline:
    """tf-idf + logistic regression, fitted on the 22,504 reviews that are left beside the validation films."""
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2)
    return make_pipeline(words, LogisticRegression(C=10, max_iter=1000)).fit(*splits["train"])


def nb_svm(splits: dict) -> dict:
    """Wang & Manning 2012: a linear SVM on binary 1-2-grams, each times its naive-Bayes log-count ratio."""
    counter = CountVectorizer(ngram_range=(1, 2), binary=True, token_pattern=r"\w+|[^\w\s]", min_df=2)
    texts, labels = splits["train"]
    grams, positive = counter.fit_transform(texts).astype(np.float32), np.array(labels) == "positive"
    shares = [1 + np.asarray(grams[side].sum(0)).ravel() for side in (positive, ~positive)]
    ratio = np.log(shares[0] / shares[0].sum()) - np.log(shares[1] / shares[1].sum())
    weighed = lambda rows: csr_matrix(rows.multiply(ratio))  # noqa: E731
    machine = LinearSVC(C=0.1).fit(weighed(grams), positive)
    machine.coef_ = 0.25 * machine.coef_ + 0.75 * np.abs(machine.coef_).mean()
    texts, labels = splits["test"]
    found = machine.predict(weighed(counter.transform(texts).astype(np.float32)))
    return {"accuracy": float((found == (np.array(labels) == "positive")).mean())}


def teacher(splits: dict) -> dict:
    """What gives our unlabelled reviews their pseudo-labels, alone."""
    texts, labels = splits["train"][0] + splits["unlabelled"][0], splits["train"][1] + splits["unlabelled"][1]
    return {"accuracy": float((taught(texts, labels, splits["test"][0]) == np.array(splits["test"][1])).mean())}


def taught(texts: list[str], labels: list[str | None], test: list[str]) -> np.ndarray:
    """The labels that a teacher fitted to some texts gives to others."""
    classes = Classes.learn(labels)
    assert classes is not None
    return np.array(classes.names)[Teacher(Texts(texts, labels), classes)(test).argmax(1)]


def trigram(model: TextVAE, splits: dict) -> dict:
    """Trained on the very tokens that the decoder was, and scored on those that it is."""
    words = min(len(model.reader_.vocabulary), model.decoder_words or len(model.reader_.vocabulary))
    trained = [row for name in ("train", "unlabelled") for row in scored(model, splits[name][0])]
    peer, test = Trigram(trained, words, START), scored(model, splits["test"][0])
    tokens = sum(map(len, test))
    return {"perplexity": float(np.exp(-peer.log_prob(test) / tokens)), "tokens": tokens}


def scored(model: TextVAE, texts: list[str]) -> list[np.ndarray]:
    return [
        row[seen].numpy()
        for batch in model.batches(texts)
        for row, seen in zip(batch.target, batch.observed, strict=True)
    ]


def ours(model: TextVAE, splits: dict) -> dict:
    texts, labels = splits["test"]
    tokens = sum(map(len, scored(model, texts)))
    return {
        "accuracy": float((model.predict(texts) == np.array(labels)).mean()),
        "perplexity_elbo": float(np.exp(-model.score_samples(texts).sum(dtype=float) / tokens)),
        "tokens": tokens,
    }


if __name__ == "__main__":
    main()
