"""Pseudo-labels: a linear classifier of word pairs labels the texts that have no label."""

import numpy as np
import pytest
import torch
from scipy.sparse import csr_matrix
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import StackingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB
from torch.testing import assert_close

from vaeworks import TextVAE
from vaeworks.core.likelihoods import ClassHead
from vaeworks.errors import VaeworksError
from vaeworks.estimator.labelled import looked_at
from vaeworks.estimator.probes import own_labels
from vaeworks.labels import LABEL, OWN, Classes
from vaeworks.text.bags import tfidf_accuracy
from vaeworks.text.data import Encoding, TextData, TextReader, Window
from vaeworks.text.pseudo_labels import Associations, NaiveBayesRatios, Teacher, Views, taught_anew, two_views
from vaeworks.text.stream import Texts
from vaeworks.tokens.vocabulary import Vocabulary

OPINIONS = {"bad": ("awful", "dull", "poor"), "fair": ("middling", "passable", "decent"), "good": ("fine", "superb")}
THINGS = ("film", "story", "cast", "score", "ending", "camera", "script")


def reviews(count: int, opinions: dict = OPINIONS) -> tuple[list[str], list[str]]:
    random = np.random.default_rng(0)
    labels = [list(opinions)[row % len(opinions)] for row in range(count)]
    words = [[random.choice(opinions[label]), *random.choice(THINGS, 4)] for label in labels]
    return [" ".join(random.permutation(row)) for row in words], labels


def partly(labels: list[str], known: int) -> list[str | None]:
    return [label if row < known else None for row, label in enumerate(labels)]


def taught(texts: list[str], labels: list[str | None]) -> Teacher:
    classes = Classes.learn(labels)
    assert classes is not None
    return Teacher(Texts(texts, labels), classes)


def test_the_ratios_are_those_of_naive_bayes():
    random = np.random.default_rng(0)
    counts, labels = random.poisson(0.5, (40, 12)), np.arange(40) % 2
    oracle = MultinomialNB(alpha=1).fit(counts > 0, labels).feature_log_prob_
    weighed = NaiveBayesRatios().fit_transform(csr_matrix(counts), labels)
    np.testing.assert_allclose(weighed.toarray(), counts * np.abs(oracle[1] - oracle[0]), rtol=1e-5)


@pytest.mark.parametrize(("texts", "times"), [(3, 1), (50, 1), (200, 4), (500, 10), (3000, 10)])
def test_associations_are_the_pointwise_information_of_text_and_word(texts, times):
    """log p(text, word) / (p(text) p(word)) of the counts, less that of ten times, where it is positive; length 1."""
    counts = np.random.default_rng(texts).poisson(0.1, (texts, 60)).astype(float)
    counts[:, 0] += 1
    counts[np.arange(60) % texts, np.arange(60)] += 1
    share = counts / counts.sum()
    with np.errstate(divide="ignore"):
        wanted = np.log(share / share.sum(1, keepdims=True) / share.sum(0) / times).clip(min=0)
    wanted /= np.maximum(np.linalg.norm(wanted, axis=1, keepdims=True), 1e-12)
    found = Associations().fit_transform(csr_matrix(counts))
    np.testing.assert_allclose(found.toarray(), wanted, rtol=1e-3, atol=1e-6)
    assert 0 < found.nnz == (wanted > 0).sum()


def test_texts_that_are_all_alike_have_no_associations():
    grams = csr_matrix(np.ones((40, 6), np.float32))
    assert len(two_views(grams).views) == 1


def test_what_is_sure_teaches_what_no_labelled_text_has():
    """Feature 0 and 1 tell the labels; 2 and 3 go with them in texts without labels only; 4 goes with both alike."""
    random = np.random.default_rng(0)
    kind = np.arange(400) % 2
    counts = random.poisson(0.3, (400, 40)).astype(np.float32)
    counts[:, :5] = 0
    counts[np.arange(400), kind] = 1
    counts[40:, 4] = 1
    counts[np.arange(40, 400), 2 + kind[40:]] = 1
    indices = np.where(np.arange(400) < 40, kind, -1)
    grams = csr_matrix(counts)
    first = two_views(grams).fit(grams[:40], indices[:40])
    anew = taught_anew(grams, indices, first)
    only = csr_matrix(np.eye(40, dtype=np.float32)[[2, 3, 4]])
    assert anew.predict_proba(only)[:, 1] == pytest.approx([0.1, 0.9, 0.5], abs=0.15)
    assert np.abs(first.views_[0].predict_proba(only)[:2, 1] - 0.5).max() < 0.2


@pytest.mark.parametrize("classes", [2, 3])
def test_views_are_weighed_as_stacking_weighs_them(classes):
    """scikit-learn's is the oracle; what it does not give are the probabilities of rows by views of other rows."""
    random = np.random.default_rng(0)
    labels = np.arange(300) % classes
    rows = random.normal(size=(300, 6)) + labels[:, None] * random.normal(size=6)
    views = LogisticRegression(C=0.01), LinearDiscriminantAnalysis()
    oracle = StackingClassifier(list(zip("ab", views, strict=True)), cv=5, stack_method="decision_function")
    found = Views(views).fit(rows, labels)
    np.testing.assert_allclose(found.predict_proba(rows), oracle.fit(rows, labels).predict_proba(rows), rtol=1e-6)
    assert found.unseen_.shape == (300, classes)


def test_what_is_said_of_a_row_that_was_not_seen_does_not_follow_its_label():
    """The view knows each row by heart, from a column of its own."""
    random, labels = np.random.default_rng(0), np.arange(300) % 2
    rows = np.hstack([random.normal(size=(300, 2)) + labels[:, None], 20 * np.eye(300)])
    wrong = np.where(np.arange(300) == 7, 1 - labels, labels)
    view = LogisticRegression(C=100, max_iter=1000)
    found, other = (Views((view,)).fit(rows, each) for each in (labels, wrong))
    np.testing.assert_allclose(other.unseen_[7], found.unseen_[7], atol=0.05)
    assert found.predict_proba(rows).argmax(1)[7] != other.predict_proba(rows).argmax(1)[7]


def test_a_label_is_mixed_with_what_its_text_would_get_without_it():
    texts, labels = reviews(300)
    given = [labels[row] if row % 4 else None for row in range(300)]
    given[1] = next(label for label in OPINIONS if label != labels[1])
    classes = Classes.learn(given)
    indices = classes.indices(given)
    known = indices >= 0
    teacher = Teacher(Texts(texts, given), classes, 0.7, pseudo_labels=False)
    shares = teacher.completed(texts, indices)
    assert not shares[~known].any()
    np.testing.assert_allclose(shares[known].sum(1), 1, rtol=1e-5)
    assert classes.names[shares[1].argmax()] == labels[1] != given[1]
    np.testing.assert_allclose(shares[known], 0.3 * np.eye(3)[indices[known]] + 0.7 * teacher.from_others(
        [text for text, there in zip(texts, known, strict=True) if there]), rtol=1e-5)  # fmt: skip
    other = ["a text that was not read"]
    np.testing.assert_allclose(teacher.from_others([texts[2], *other, texts[3]])[1:2], teacher(other))


@pytest.mark.parametrize(
    ("labels", "classes", "words", "wanted"),
    [(1000, 2, 110, 0.5), (999, 2, 110, None), (1200, 11, 110, None), (1000, 2, 20, None)],
)
def test_labels_of_long_texts_are_distilled_by_themselves_where_there_are_enough(
    labels, classes, words, wanted, caplog
):
    texts = [text + " and so on" * (words // 3) for text in reviews(1300)[0]]
    given = [row % classes if row < labels else None for row in range(1300)]
    reader = TextReader(Vocabulary.learn([texts], 100), Classes.learn(given))
    completed = reader._teacher(Texts(texts, given), TextVAE())
    assert (None if completed is None else completed.__self__.distillation) == wanted
    assert [message.split(" is ")[0] for message in caplog.messages] == (["50% of each label that"] if wanted else [])
    assert reader._teacher(Texts(texts, given), TextVAE(distillation=0.0)) is None


def test_texts_that_were_read_are_not_read_again_for_their_pseudo_labels():
    texts, labels = reviews(200)
    given = [label if row < 150 else None for row, label in enumerate(labels)]
    classes = Classes.learn(given)
    teacher = Teacher(Texts(texts, given), classes)
    wanted, teacher.words = teacher(texts[150:]), None
    np.testing.assert_allclose(teacher.completed(texts, classes.indices(given))[150:], wanted, rtol=1e-5)


def test_own_labels_stay_beside_those_that_are_learned():
    texts, labels = reviews(300)
    given = [labels[row] if row % 4 else None for row in range(300)]
    _, data, _ = TextReader.learn(texts, given, TextVAE(distillation=0.5), 0.0)
    own = np.concatenate([own_labels(batch) for batch in data.epoch(None)])
    np.testing.assert_array_equal(own, Classes.learn(given).indices(given))
    assert looked_at(data, 0)[1] == pytest.approx(3 / 4, abs=0.01)
    plain = TextReader.learn(texts, given, TextVAE(distillation=0.0), 0.0)[1]
    assert tfidf_accuracy(data, plain) == tfidf_accuracy(plain, plain) != {}


def test_signs_of_scripts_without_spaces_are_grams():
    texts, labels = [f"{'好看' if row % 2 else '难看'}{chr(0x4E00 + row)}电影" for row in range(60)], ["a", "b"] * 30
    found = taught(texts[:40], labels[:40])(texts[40:])
    assert (found.argmax(1) == np.arange(20) % 2).all()


def test_shares_of_classes_are_scored_by_cross_entropy():
    torch.manual_seed(0)
    head, z = ClassHead(4, 3), torch.randn(5, 4)
    shares = torch.softmax(torch.randn(5, 3), 1)
    assert_close(head(z).log_prob(shares), -torch.nn.functional.cross_entropy(head.linear(z), shares, reduction="none"))
    assert_close(head(z).log_prob(torch.eye(3)[[2, 0, 1, 1, 0]]), head(z).log_prob(torch.tensor([2, 0, 1, 1, 0])))


@pytest.mark.parametrize("classes", [("bad", "good"), ("bad", "fair", "good")])
def test_a_teacher_labels_unseen_texts(classes):
    texts, labels = reviews(300, {name: OPINIONS[name] for name in classes})
    teacher = taught(texts, partly(labels, 60))
    found = np.array(classes)[teacher(texts[60:]).argmax(1)]
    assert (found == np.array(labels[60:])).mean() > 0.95


def test_a_label_that_is_there_stays():
    texts, labels = reviews(300)
    given = partly(labels, 60)
    indices = Classes.learn(labels).indices(given)
    shares = taught(texts, given).completed(texts, indices)
    np.testing.assert_array_equal(shares[:60], np.eye(3)[indices[:60]])
    np.testing.assert_allclose(shares.sum(1), 1, rtol=1e-5)
    assert 0 < shares[60:].max() < 1


def test_batches_hold_the_shares_of_their_own_texts():
    texts, labels = reviews(300)
    given = partly(labels, 60)
    classes, stream = Classes.learn(given), Texts(texts, given)
    teacher = Teacher(stream, classes)
    encoding = Encoding(Vocabulary.learn([texts], 100, min_count=1), classes, Window(20), teacher.completed)
    encoding.take(texts, given)
    data = TextData(encoding, 32)
    in_order = torch.cat([batch.labels[LABEL] for batch in data.epoch(None)])
    assert torch.cat([batch.labels[OWN] for batch in data.epoch(None)]).tolist() == classes.indices(given).tolist()
    assert_close(in_order, torch.from_numpy(teacher.completed(texts, classes.indices(given))))
    assert sorted(map(tuple, in_order.tolist())) == sorted(
        tuple(row) for batch in data.epoch(0) for row in batch.labels[LABEL].tolist()
    )


@pytest.mark.slow
def test_few_labels_go_further_with_pseudo_labels():
    texts, labels = reviews(600)
    settings = {"epochs": 2, "latent_dim": 8, "encoder_units": 16, "decoder_units": 16, "rate": None}
    settings |= {"label_weight": 20.0, "validation_fraction": 0.0}
    accuracies = [
        (TextVAE(pseudo_labels=on, **settings).fit(texts, partly(labels, 45)).predict(texts) == np.array(labels)).mean()
        for on in (False, True)
    ]
    assert accuracies[1] > accuracies[0] + 0.1


def test_too_few_labels_are_refused():
    texts, labels = reviews(60)
    with pytest.raises(VaeworksError, match="at least 5 texts of each class"):
        TextVAE(pseudo_labels=True).fit(texts, partly(labels, 6))


def test_texts_without_a_shared_word_are_refused():
    texts = [f"word{row}" for row in range(60)]
    with pytest.raises(VaeworksError, match="words that 5 texts share"):
        TextVAE(pseudo_labels=True).fit(texts, partly(["a", "b"] * 30, 40))


def test_without_missing_labels_there_is_nothing_to_label():
    texts, labels = reviews(9)
    model = TextVAE(pseudo_labels=True, epochs=1, validation_fraction=0.0).fit(texts, labels)
    assert list(model.classes_) == ["bad", "fair", "good"]


def test_a_stream_without_labels_beside_a_labelled_one_counts_as_missing():
    labelled, bare = Texts(["one", "two"], ["a", "b"]), Texts(["three"])
    assert list(Texts((labelled, bare)).labels()) == ["a", "b", None]
