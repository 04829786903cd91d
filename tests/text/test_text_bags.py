"""The linear classifier of weighed words, against scikit-learn's own of the same texts."""

import random

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from vaeworks import TextVAE
from vaeworks.text.bags import bags, tfidf_accuracy

WORDS = [f"w{number}" for number in range(60)]


def drawn(count, seed):
    """Texts of which one half of the words is more frequent under each label."""
    draw, texts, labels = random.Random(seed), [], []
    for row in range(count):
        weights = [2 if (place < 30) == (row % 2 == 0) else 1 for place in range(60)]
        texts.append(" ".join(draw.choices(WORDS, weights, k=12)))
        labels.append("ab"[row % 2])
    return texts, labels


def test_it_is_scikit_learns():
    training, others = drawn(400, 0), drawn(300, 1)
    model = TextVAE(epochs=1, min_count=1, max_tokens=20, latent_dim=2, decoder_units=8).fit(*training)
    data = [model.reader_.data(*part, model) for part in (training, others)]
    found = tfidf_accuracy(*data)["tfidf_accuracy"]
    peer = make_pipeline(TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), LogisticRegression(C=10))
    assert 0.7 < found < 1
    assert abs(found - peer.fit(*training).score(*others)) < 0.02
    counts, labels = bags(data[0])
    assert counts.sum() == sum(2 * len(text.split()) - 1 for text in training[0])
    assert labels.tolist() == [row % 2 for row in range(400)]


def test_without_labels_there_is_none(tiny_corpus, tiny_text_model):
    texts, labels = tiny_corpus
    known, none = (tiny_text_model.reader_.data(texts, y, tiny_text_model) for y in (labels, None))
    assert tfidf_accuracy(known, none) == {}
    assert tfidf_accuracy(none, known) == {}
