"""What every kind of data keeps to, by what it can: one table, one entry a kind; a kind without an entry fails."""

import json
import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, ShuffleSplit
from sklearn.pipeline import make_pipeline
from torch.testing import assert_close

from vaeworks import VaeworksError, load
from vaeworks.core.priors import PRIORS
from vaeworks.estimator.labelled import LabelledEstimator
from vaeworks.fitting.objective import objective
from vaeworks.kinds import KINDS
from vaeworks.storage.session import Session

from ..toys import CtrlC, Silent, untouched

pytestmark = pytest.mark.usefixtures("numbers")


def text():
    """Sentences with a rare word each, so that the vocabulary reaches the tail of the adaptive softmax."""
    from vaeworks import TextVAE

    words = {"good": ("great", "lovely"), "bad": ("dull", "awful")}
    labels = ["good" if row % 2 else "bad" for row in range(560)]
    texts = [f"a {words[label][row % 3 % 2]} film rare{row}" for row, label in enumerate(labels)]
    estimator = TextVAE(
        latent_dim=3,
        epochs=4,
        batch_size=140,
        learning_rate=1e-2,
        min_count=1,
        max_tokens=8,
        embedding_dim=6,
        encoder_units=5,
        decoder_units=8,
        bigram_buckets=16,
        device="cpu",
    )
    return estimator, texts, labels


def image():
    """Bright and dark squares with a little noise, in 8 bits."""
    from vaeworks import ImageVAE

    labels = ["bright" if row % 2 else "dark" for row in range(280)]
    noise = np.random.default_rng(0).integers(0, 40, (280, 6, 6))
    images = (noise + np.array([200 if label == "bright" else 20 for label in labels])[:, None, None]).astype(np.uint8)
    estimator = ImageVAE(
        latent_dim=3, levels=2, level_units=1, width=4, epochs=4, batch_size=70, learning_rate=1e-2, device="cpu"
    )
    return estimator, images, labels


def tabular():
    """Two clouds in four columns."""
    from vaeworks import TabularVAE

    labels = ["high" if row % 2 else "low" for row in range(280)]
    shift = np.array([4.0 if label == "high" else -4.0 for label in labels])[:, None]
    rows = np.random.default_rng(0).normal(size=(280, 4)) + shift * [1.0, -1.0, 0.5, 1.0]
    estimator = TabularVAE(latent_dim=3, width=16, epochs=4, batch_size=70, learning_rate=1e-2, device="cpu")
    return estimator, rows, labels


def rows_of_numbers():
    """Three numbers that follow from two, but for noise."""
    random = np.random.default_rng(0)
    given = random.normal(size=(280, 2))
    rows = np.hstack([given, given @ random.normal(size=(2, 3)) + random.normal(size=(280, 1))])
    return KINDS["numbers"].estimator_class()(epochs=4, batch_size=70, device="cpu"), rows, None


def likes():
    """280 people of two tastes, who each like most of what is to their taste."""
    from vaeworks import RecommenderVAE

    random = np.random.default_rng(0)
    taste = np.arange(280)[:, None] % 2 == np.arange(16)[None] % 2
    liked = (taste & (random.random((280, 16)) < 0.8)).astype(np.float32)
    estimator = RecommenderVAE(
        linear="none", latent_dim=3, width=16, epochs=4, batch_size=70, learning_rate=1e-2, dropout=0.0, device="cpu"
    )
    return estimator, liked, None


def squares():
    """Grey squares on a darker ground."""
    from vaeworks import ImageDenoiser

    random, photos = np.random.default_rng(0), np.full((60, 16, 16), 60, dtype=np.uint8)
    for photo in photos:
        top, left = random.integers(0, 9, 2)
        photo[top : top + 7, left : left + 7] = random.integers(100, 255)
    estimator = ImageDenoiser(latent_dim=2, width=4, patch=16, epochs=4, batch_size=15, device="cpu")
    return estimator, photos, None


def ramps():
    """Grey pictures that grow brighter to one side."""
    from vaeworks import ImageCodec

    random = np.random.default_rng(0)
    slopes, rows = random.uniform(-4, 4, (60, 2, 1, 1)), np.mgrid[:32, :32]
    photos = (128 + (slopes * rows).sum(1)).clip(0, 255).astype(np.uint8)
    estimator = ImageCodec(
        latent_dim=3, width=8, repair=4, patch=32, epochs=4, batch_size=15, learning_rate=5e-3, device="cpu"
    )
    return estimator, photos, None


def translations():
    """Three-word sentences, and the same in another language."""
    from vaeworks import Seq2SeqVAE

    words = {"dog": "hund", "cat": "katze", "runs": "rennt", "sleeps": "ruht", "here": "hier", "now": "jetzt"}
    names = list(words)
    rows = [(names[row % 2], names[2 + row % 3 % 2], names[4 + row % 5 % 2]) for row in range(280)]
    sources, targets = [" ".join(row) for row in rows], [" ".join(words[word] for word in row) for row in rows]
    estimator = Seq2SeqVAE(
        latent_dim=3,
        vocabulary_size=300,
        embedding_dim=8,
        units=8,
        posterior_units=4,
        epochs=4,
        batch_size=70,
        learning_rate=1e-2,
        max_tokens=12,
        device="cpu",
    )
    return estimator, sources, targets


def waves():
    """Two noisy waves, the second of which follows the first."""
    from vaeworks import ForecastVAE

    steps, random = np.arange(360), np.random.default_rng(0)
    series = np.stack([np.sin(steps / 3), np.sin(steps / 3 - 1)], axis=1) + 0.1 * random.normal(size=(360, 2))
    estimator = ForecastVAE(
        latent_dim=3, history=16, horizon=4, width=16, epochs=4, batch_size=70, learning_rate=1e-2, device="cpu"
    )
    return estimator, series, None


@dataclass(frozen=True)
class Case:
    """A kind of data.

    Attributes
    ----------
    make : callable
        Gives a tiny estimator that is not fitted, X and y.
    can : str
        "labels" (it predicts them), "pairs" (y is scored given X), "codes" (one vector an example), "samples", "priors"
        (it takes each of them).
    """

    make: Callable
    can: str


CASES = {
    "text": Case(text, "labels codes samples priors"),
    "image": Case(image, "labels codes samples priors"),
    "tabular": Case(tabular, "labels codes samples priors"),
    "recommender": Case(likes, "codes priors"),
    "denoiser": Case(squares, ""),
    "codec": Case(ramps, ""),
    "seq2seq": Case(translations, "pairs codes"),
    "forecast": Case(waves, ""),
    "numbers": Case(rows_of_numbers, "codes"),
}
ONE = "tabular"  # the kind that every prior is tried on


def able(*what):
    return [kind for kind, case in CASES.items() if set(what) <= set(case.can.split())]


def each_that_can(*what):
    return pytest.mark.parametrize("kind", able(*what))


every_kind = each_that_can()
kinds_and_priors = pytest.mark.parametrize(
    ("kind", "prior"),  # pseudo-inputs are of each kind's own making
    [
        *((kind, None) for kind in CASES),  # its own
        *((kind, "vamp") for kind in able("priors")),
        *((ONE, prior) for prior in PRIORS if prior not in ("normal", "vamp")),
    ],
)


class CtrlCInTheThirdEpoch(CtrlC):
    def __init__(self):
        pass

    def start(self, steps):
        self.at = steps // 4 * 2 + 2


@pytest.fixture(scope="module")
def fitted():
    """The fitted estimator of a kind, made once."""
    made = {}

    def get(kind):
        if kind not in made:
            estimator, X, y = CASES[kind].make()
            made[kind] = estimator.fit(X, y)
        return made[kind]

    return get


def answers(estimator, X, y):
    """What it says of X, and of y given X, by all that it can."""
    can = CASES[estimator.kind].can
    said = {"score_samples": estimator.score_samples(*pair(can, X, y))}
    said |= {"transform": estimator.transform(X)} if "codes" in can else {}
    said |= {"predict_proba": estimator.predict_proba(X)} if "labels" in can else {}
    return said | ({"sample": estimator.sample(3, random_state=5)} if "samples" in can else {})


def pair(can, X, y):
    """What a bound is on."""
    return (X, y) if "pairs" in can else (X,)


def assert_same_answers(one, other, X, y):
    some = None if y is None else y[:40]
    mine, theirs = answers(one, X[:40], some), answers(other, X[:40], some)
    assert [verb for verb in mine if not np.array_equal(mine[verb], theirs[verb])] == []


def weights(estimator):
    return estimator.model_.state_dict()


def test_every_kind_has_an_entry_here():
    assert CASES.keys() == KINDS.keys()


@every_kind
def test_a_kind_can_what_its_entry_says(kind):
    made = KINDS[kind].estimator_class()
    assert ("labels" in CASES[kind].can) is issubclass(made, LabelledEstimator)
    assert ("samples" in CASES[kind].can) is hasattr(made, "sample")


@every_kind
def test_a_kind_is_what_its_estimator_says(kind):
    estimator, _, _ = CASES[kind].make()
    assert estimator.kind == kind
    assert type(estimator) is KINDS[kind].estimator_class()


@kinds_and_priors
def test_one_step_reaches_every_parameter(kind, prior):
    estimator, X, y = CASES[kind].make()
    estimator.set_params(prior=prior or estimator.prior, batch_size=len(X))
    torch.manual_seed(0)
    estimator.reader_, data, _ = estimator.Reader.learn(X, y, estimator, 0.1)
    model = estimator._build(data)
    [batch] = data.epoch(0)
    objective(model.train()(batch), 1.0, 1.0).backward()  # with what it trains aside
    assert untouched(model) == []


@kinds_and_priors
def test_what_is_saved_and_loaded_gives_the_same_answers(kind, prior, tmp_path):
    estimator, X, y = CASES[kind].make()
    estimator.set_params(prior=prior or estimator.prior, epochs=1).fit(X, y).save(tmp_path / "model")
    assert_same_answers(estimator, load(tmp_path / "model"), X, y)


@every_kind
def test_a_pickle_in_memory_gives_the_same_answers(kind, fitted):
    _, X, y = CASES[kind].make()
    assert_same_answers(fitted(kind), pickle.loads(pickle.dumps(fitted(kind))), X, y)


@every_kind
def test_a_clone_has_the_parameters_and_no_fit(kind, fitted):
    copy = clone(fitted(kind))
    assert copy.get_params() == fitted(kind).get_params()
    assert not copy.__sklearn_is_fitted__()


@every_kind
def test_parameters_are_stored_as_given(kind):
    estimator, _, _ = CASES[kind].make()
    markers = {name: object() for name in estimator.get_params()}
    assert type(estimator)(**markers).get_params() == markers
    assert estimator.set_params(**markers).get_params() == markers


@every_kind
def test_a_fit_leaves_the_parameters_as_they_were(kind, fitted):
    estimator, _, _ = CASES[kind].make()
    assert fitted(kind).get_params() == estimator.get_params()


@pytest.mark.slow
@every_kind
def test_a_seed_decides_a_fit(kind, fitted):
    _, X, y = CASES[kind].make()
    again = clone(fitted(kind)).fit(X, y)
    other = clone(fitted(kind)).set_params(random_state=1).fit(X, y)
    assert_close(weights(again), weights(fitted(kind)), rtol=0, atol=0)
    assert any(not torch.equal(weight, weights(again)[name]) for name, weight in weights(other).items())


@pytest.mark.slow
@every_kind
def test_a_resumed_fit_is_bit_for_bit_the_one_that_was_never_interrupted(kind, fitted, tmp_path):
    _, X, y = CASES[kind].make()
    stopped, resumed = clone(fitted(kind)), clone(fitted(kind))
    with pytest.raises(KeyboardInterrupt):
        stopped.fit(X, y, session=Session(tmp_path / "model", monitors=[CtrlCInTheThirdEpoch()]))
    assert len(stopped.history_) == 2
    resumed.fit(X, y, session=Session(tmp_path / "model", resume=True))
    assert_close(weights(resumed), weights(fitted(kind)), rtol=0, atol=0)
    assert_same_answers(resumed, fitted(kind), X, y)


@every_kind
def test_a_fit_whose_weights_end_as_nan_is_refused_and_the_weight_named(kind):
    class Break(Silent):
        def epoch(self, record):
            next(estimator.model_.parameters()).data.fill_(torch.nan)

    estimator, X, y = CASES[kind].make()
    estimator.set_params(epochs=1, averaging=None, validation_fraction=0.0)
    with pytest.raises(VaeworksError, match=r"training broke: \w+\..* is not finite"):
        estimator.fit(X, y, session=Session(monitors=[Break()]))
    assert not estimator.__sklearn_is_fitted__()


@pytest.mark.slow
@every_kind
@pytest.mark.parametrize("learning_rate", [1e2, 1e6])
def test_a_fit_at_an_absurd_learning_rate_is_refused_or_finite_in_every_figure(kind, learning_rate):
    estimator, X, y = CASES[kind].make()
    try:
        estimator.set_params(learning_rate=learning_rate).fit(X, y)
    except VaeworksError as error:
        assert "training broke" in str(error)  # noqa: PT017
        return
    json.dumps(estimator.metrics_, allow_nan=False)
    assert all(np.isfinite(said).all() for said in answers(estimator, X, y).values() if not isinstance(said, list))


@pytest.mark.parametrize("kind", CASES)
def test_threads_do_not_disturb_each_other_nor_the_caller(kind, fitted):
    estimator, (_, X, y) = fitted(kind), CASES[kind].make()
    some = None if y is None else y[:40]
    torch.manual_seed(3)
    before = torch.get_rng_state()
    alone = answers(estimator, X[:40], some)
    with ThreadPoolExecutor(4) as pool:
        others = list(pool.map(lambda _: answers(estimator, X[:40], some), range(8)))
    assert all(np.array_equal(alone[verb], other[verb]) for other in others for verb in alone)
    assert torch.equal(torch.get_rng_state(), before)


@each_that_can("codes")
def test_answers_do_not_depend_on_how_rows_are_batched(kind, fitted):
    _, X, _ = CASES[kind].make()
    whole = fitted(kind).transform(X[:10])
    assert np.allclose(
        whole, np.concatenate([fitted(kind).transform(X[row : row + 1]) for row in range(10)]), atol=1e-5
    )


@pytest.mark.slow
@each_that_can("codes", "labels")
def test_features_of_a_pipeline_are_codes(kind):
    estimator, X, y = CASES[kind].make()
    pipeline = make_pipeline(estimator.set_params(label_weight=30.0, epochs=10), LogisticRegression()).fit(X, y)
    assert (pipeline.predict(X) == np.array(y)).mean() > 0.8
    assert list(pipeline[:1].get_feature_names_out()) == [
        f"{type(estimator).__name__.lower()}{unit}" for unit in range(3)
    ]


@pytest.mark.slow
@each_that_can("labels")
def test_a_grid_search_by_accuracy_fits_and_compares(kind):
    estimator, X, y = CASES[kind].make()
    one_split = ShuffleSplit(n_splits=1, test_size=0.3, random_state=0)
    grid = {"epochs": [1, 10], "label_weight": [30.0], "batch_size": [40]}
    search = GridSearchCV(estimator, grid, scoring="accuracy", cv=one_split, refit=False, error_score="raise").fit(X, y)
    assert search.cv_results_["mean_test_score"][1] > 0.8


@pytest.mark.slow
@every_kind
def test_a_grid_search_by_the_bound_needs_no_labels(kind):
    estimator, X, y = CASES[kind].make()
    one_split = ShuffleSplit(n_splits=1, test_size=0.3, random_state=0)
    search = GridSearchCV(estimator, {"epochs": [1, 8]}, cv=one_split, refit=False, error_score="raise")
    search.fit(*pair(CASES[kind].can, X, y))
    worse, better = search.cv_results_["mean_test_score"]
    assert better > worse


@every_kind
def test_a_verb_before_the_fit_is_refused(kind):
    from sklearn.exceptions import NotFittedError

    estimator, X, _ = CASES[kind].make()
    for verb in (estimator.transform, estimator.score, estimator.evaluate, estimator.go_on):
        with pytest.raises(NotFittedError):
            verb(X)


@pytest.mark.slow
@pytest.mark.parametrize("prior", [prior for prior in PRIORS if prior != "normal"])
def test_another_prior_is_fitted_afterwards(prior, fitted):
    """It comes nearer to the codes of the data than N(0, I), and nothing else moves."""
    before, (_, X, y) = fitted(ONE), CASES[ONE].make()
    after = deepcopy(before).set_params(prior=prior, epochs=20, averaging=None).go_on(X, y, only="prior")
    assert_close(after.transform(X), before.transform(X))
    for name, tensor in before.model_.state_dict().items():
        if not name.startswith("prior."):
            assert_close(after.model_.state_dict()[name], tensor, rtol=0, atol=0)
    assert after.score(X) > before.score(X)


@every_kind
def test_training_one_part_asks_for_a_model_that_has_it(kind, fitted):
    before, (_, X, y) = fitted(kind), CASES[kind].make()
    with pytest.raises(VaeworksError, match="no part 'priors'"):
        deepcopy(before).go_on(X, y, only="priors")


@each_that_can("priors")
def test_a_prior_without_weights_cannot_be_trained(kind, fitted):
    before, (_, X, y) = fitted(kind), CASES[kind].make()
    with pytest.raises(VaeworksError, match="nothing to train in its prior"):
        deepcopy(before).go_on(X, y, only="prior")
