"""The models that lie here, what they are asked, and how they were made.

`python -m tests.golden.cases VERSION [KIND]...` fits one of each kind, or of those named, by the code as it stands, and
keeps it with its answers.
"""

import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
WORDS = {"good": ("great", "lovely", "funny"), "bad": ("dull", "awful", "weak")}


def sentences():
    labels = ["good" if row % 2 else "bad" for row in range(120)]
    return [
        f"a {WORDS[label][row % 3]} film: it was {WORDS[label][row % 5 % 3]}." for row, label in enumerate(labels)
    ], labels


def squares():
    labels = ["bright" if row % 2 else "dark" for row in range(120)]
    rows, columns = np.mgrid[:8, :8]
    waves = 30 * np.sin(np.arange(120)[:, None, None] + rows + 2 * columns)
    shades = np.array([180 if label == "bright" else 60 for label in labels])[:, None, None]
    return (shades + waves).astype(np.uint8), labels


def mixed_table():
    """Every kind of column, holes among them, in pyarrow; and labels."""
    import pyarrow as pa

    count = np.arange(150)
    labels = ["high" if row % 2 else "low" for row in range(150)]
    high = count % 2
    real = 3.0 * high + np.sin(count)
    table = {
        "real": [None if row % 11 == 3 else float(value) for row, value in enumerate(real)],
        "positive": np.exp(1.5 * np.sin(count) + high).tolist(),
        "count": [int(value) for value in (count * 7 % 13 // 2 + 3 * high)],
        "binary": ["yes" if value else "no" for value in (count % 3 == 0) ^ (high == 1)],
        "word": [None if row % 13 == 5 else ("red", "green", "blue")[row % 3] for row in range(150)],
    }
    return pa.table(table), labels


def histories():
    """People of two tastes, who have every third thing of theirs."""
    people, things = np.arange(120)[:, None], np.arange(20)[None]
    return ((people % 2 == things % 2) & ((people // 2 + things // 2) % 3 > 0)).astype(np.int64), None


def text():
    from vaeworks import TextVAE

    sizes = {"embedding_dim": 6, "encoder_units": 5, "decoder_units": 8, "bigram_buckets": 16, "max_tokens": 10}
    return TextVAE(
        latent_dim=3,
        epochs=60,
        rate=4.0,
        patience=None,
        batch_size=20,
        learning_rate=1e-2,
        min_count=1,
        device="cpu",
        **sizes,
    )


def sentences_of_two_levels():
    """The same model with a code for each sentence."""
    return text().set_params(levels=2, phrase_dim=2, max_sentences=3, rate=8.0)


def pairs_of_sentences():
    texts, labels = sentences()
    return [f"{one} I saw it {('alone', 'twice')[row // 2 % 2]}." for row, one in enumerate(texts)], labels


def image():
    from vaeworks import ImageVAE

    return ImageVAE(
        latent_dim=3,
        levels=2,
        level_units=1,
        width=4,
        epochs=30,
        batch_size=20,
        prior="vamp",
        rate=6.0,
        patience=None,
        device="cpu",
    )


def tabular():
    from vaeworks import TabularVAE

    return TabularVAE(
        latent_dim=3,
        width=16,
        epochs=100,
        batch_size=20,
        kinds={"positive": "positive"},
        prior="mixture",
        rate=4.0,
        device="cpu",
    )


def recommender():
    from vaeworks import RecommenderVAE

    return RecommenderVAE(latent_dim=3, width=8, epochs=20, batch_size=20, patience=None, device="cpu")


def denoiser():
    from vaeworks import ImageDenoiser

    return ImageDenoiser(latent_dim=2, width=4, patch=16, epochs=10, averaging=0.9, device="cpu")


def codec():
    from vaeworks import ImageCodec

    return ImageCodec(latent_dim=2, width=4, repair=4, patch=32, epochs=10, averaging=0.9, device="cpu")


def seq2seq():
    from vaeworks import Seq2SeqVAE

    sizes = {"embedding_dim": 16, "units": 16, "posterior_units": 8, "latent_dim": 2, "vocabulary_size": 300}
    drops = {"dropout": 0.0, "decoder_dropout": 0.0, "word_dropout": 0.0, "decoder_word_dropout": 0.0}
    usual = {"epochs": 120, "batch_size": 20, "learning_rate": 1e-2, "averaging": 0.9, "rate": 1.0, "patience": None}
    return Seq2SeqVAE(**sizes, **drops, **usual, max_tokens=12, device="cpu")


def translations():
    words = {"a dog": "ein hund", "a cat": "eine katze", "runs": "rennt", "sleeps": "ruht", "here": "hier"}
    subjects, verbs = ("a dog", "a cat"), ("runs", "sleeps")
    rows = [(subjects[row % 2], verbs[row // 2 % 2], "here") for row in range(120)]
    return [" ".join(row) for row in rows], [" ".join(words[word] for word in row) for row in rows]


def forecast():
    from vaeworks import ForecastVAE

    usual = {"epochs": 30, "batch_size": 20, "averaging": 0.9, "patience": None}
    return ForecastVAE(history=12, horizon=4, width=8, latent_dim=2, **usual, device="cpu")


def waves():
    steps = np.arange(200)[:, None]
    return 5 + np.sin(steps / 3 + [0, 1]) + 0.1 * np.sin(7.0 * steps**2 + [0, 2]), None


def photos():
    return [np.repeat(np.repeat(square, 3, 0), 2, 1) for square in squares()[0][:40]], None


def rows(data, some):
    return data.slice(0, some) if hasattr(data, "slice") else data[:some]


def numbers(table):
    """Numbers of a table whose words are their place in the alphabet."""
    columns = []
    for values in table.to_pydict().values():
        words = sorted({value for value in values if isinstance(value, str)})
        columns.append([words.index(value) if isinstance(value, str) else value for value in values])
    return np.array(columns, dtype=np.float64).T


ASKED = {
    "text": {"reconstruct": lambda model, X: np.array(model.reconstruct(X))},
    "sentences": {"reconstruct": lambda model, X: np.array(model.reconstruct(X, candidates=1))},
    "image": {"reconstruct": lambda model, X: model.reconstruct(X)},
    "tabular": {
        "impute": lambda model, X: numbers(model.impute(X, samples=50)),
        "anomaly_score": lambda model, X: model.anomaly_score(X, samples=32),
    },
    "denoiser": {
        "denoise": lambda model, X: np.stack(model.denoise([np.float32(photo) for photo in X])),
    },
    "codec": {
        "decompress": lambda model, X: np.stack(model.decompress(model.compress(X, quality=70))),
    },
    "seq2seq": {
        "predict": lambda model, X: np.array(model.predict(X)),
    },
    "forecast": {"expected": lambda model, X: expected(model, X)},
    "recommender": {
        "recommend": lambda model, X: scored(model.recommend(range(20), n=5)),
        "similar": lambda model, X: scored([model.similar(3, n=5)]),
    },
}
STREAMS = {"codec": lambda model, X: model.compress(X[:5], quality=70)}
CASES = {
    "text": (text, sentences),
    "sentences": (sentences_of_two_levels, pairs_of_sentences),
    "image": (image, squares),
    "tabular": (tabular, mixed_table),
    "recommender": (recommender, histories),
    "denoiser": (denoiser, photos),
    "codec": (codec, photos),
    "seq2seq": (seq2seq, translations),
    "forecast": (forecast, waves),
}


def scored(lists):
    """Scores of lists, and not their items: two may be so near that another machine has them in another order."""
    return np.array([[row["score"] for row in rows] for rows in lists])


def expected(model, series):
    """The mean of the future of each window at the prior's mean."""
    import torch

    from vaeworks.core.choosing import prior_mean

    with torch.no_grad():
        [batch] = model.batches(series)
        _, z, condition = model.model_.descend(batch, prior_mean)
        return model.model_.decoder(z, condition).mean().numpy()


def answers(kind, model):
    """What the model says of 20 examples; nothing here depends on how random numbers are drawn by a verb."""
    X = rows(CASES[kind][1]()[0], 20)
    labels = {"predict_proba": model.predict_proba(X)} if hasattr(model, "predict_proba") else {}
    codes = {"transform": model.transform(X)} if kind not in ("denoiser", "codec") else {}
    return codes | labels | {name: ask(model, X) for name, ask in ASKED[kind].items()}


def make(version, *kinds):
    for kind, (estimator, data) in CASES.items():
        if kinds and kind not in kinds:
            continue
        folder = HERE / f"{kind}-{version}"
        model = estimator().fit(*data())
        model.save(folder)
        np.savez_compressed(folder / "answers.npz", **answers(kind, model))
        if kind in STREAMS:
            (folder / "stream.vae").write_bytes(STREAMS[kind](model, data()[0]))


if __name__ == "__main__":
    make(*sys.argv[1:])
