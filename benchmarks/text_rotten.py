"""Film-review sentences: accuracies, BLEU, perplexity and latent figures, beside tf-idf + logistic regression.

python benchmarks/text_rotten.py            # the default, a low and a high rate: about 15 minutes on 2 cores
"""

import time

import pyarrow as pa
from recorded import record
from sacrebleu import corpus_bleu
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from vaeworks import TextVAE, datasets

SETTINGS = {"default": {}, "low rate": {"rate": 4.0}, "high rate": {"rate": 40.0, "latent_dim": 64}}
KEPT = (
    "accuracy", "token_accuracy_teacher_forced", "token_accuracy_free_running", "perplexity_elbo",
    "perplexity_importance", "importance_samples", "negative_elbo_nats", "reconstruction_nats", "kl_nats",
    "mutual_information_nats", "active_units", "latent_units", "examples", "tokens",
)  # fmt: skip


def main() -> None:
    splits = {name: read(rows) for name, rows in datasets.load_texts("rotten").splits.items()}
    results = {name: measured(settings, splits) for name, settings in SETTINGS.items()}
    record("text_rotten", {"split": "test", "baselines": baselines(splits), "models": results})


def read(rows) -> tuple[list[str], list[str]]:
    table = pa.Table.from_batches(rows.chunks())
    return table["text"].to_pylist(), table["label"].to_pylist()


def measured(settings: dict, splits: dict) -> dict:
    model = TextVAE(label_name="sentiment", verbose=True, **settings)
    began = time.perf_counter()
    model.fit(*splits["train"], validation=splits["validation"])
    seconds = time.perf_counter() - began
    texts, labels = splits["test"]
    figures = model.evaluate(texts, labels, samples=100)
    read_back = model.reader_.vocabulary.encode(texts)
    references = [model.reader_.vocabulary.decode(ids) for ids in read_back]
    return {
        "settings": settings,
        **{name: figures[name] for name in KEPT},
        "bleu": corpus_bleu(model.reconstruct(texts), [references], tokenize="none", force=True).score,
        "validation_accuracy": float((model.predict(splits["validation"][0]) == splits["validation"][1]).mean()),
        "epochs": len(model.history_),
        "fit_seconds": seconds,
        "examples_of_reconstruction": [
            list(pair) for pair in zip(texts[:8], model.reconstruct(texts[:8]), strict=True)
        ],
    }


def baselines(splits: dict) -> dict:
    model = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), LogisticRegression(C=4, max_iter=1000)
    )
    model.fit(*splits["train"])
    labels = splits["test"][1]
    return {
        "tf-idf + logistic regression": {name: model.score(*splits[name]) for name in ("validation", "test")},
        "majority class": max(labels.count(label) for label in set(labels)) / len(labels),
    }


if __name__ == "__main__":
    main()
