"""Estimators whose code is one vector that may have a label: classes, codes for a label, the aggregated posterior."""

import logging
import math
from abc import abstractmethod
from collections.abc import Iterable
from itertools import chain, islice
from typing import Any, Self

import numpy as np
import torch
from sklearn.utils import ClassifierTags, Tags
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted
from torch import Tensor, nn

from ..core.batch import Batch
from ..core.likelihoods import ClassHead
from ..errors import VaeworksError
from ..fitting.examples import Data
from ..labels import LABEL, MISSING, Classes, class_named
from .aggregated import AggregatedPosterior, PosteriorDraws
from .cautions import caution_of_labels
from .diagnostics import Look
from .estimator import LatentEstimator
from .panels import Panel, labelled_panels
from .parameters import LabelParameters
from .probes import OF_LABELS, Accuracy, Probes
from .reader import LabelReader

AGGREGATED = "aggregated"  # the name of its file
HEARD, LEAST_SHARE, LOOKED_AT = 1 / 40, 0.1, 50  # batches
log = logging.getLogger(__name__)


def has_labels(estimator: "LatentEstimator") -> bool:
    """Whether the model predicts; before fitting it may, so that its own error can say that it is not fitted."""
    if not estimator.__sklearn_is_fitted__():
        return True
    if estimator.reader_.classes is None:
        raise AttributeError("this model was fitted without labels: fit it with labels to predict them")
    return True


class LabelledEstimator(LatentEstimator, LabelParameters):
    """A latent-variable model of one vector z an example, from which one linear layer predicts a label.

    Attributes
    ----------
    classes_ : ndarray
        The labels that the head predicts, sorted; not there without labels.
    aggregated_ : AggregatedPosterior or None
        A mixture of Gaussians fitted to the codes of data, which `sample` can draw from.
    """

    least_label_weight = 5.0
    reader_: LabelReader
    aggregated_: AggregatedPosterior | None

    @abstractmethod
    def decode(self, Z: Any) -> Any:
        """What the codes Z (N, latent_dim) stand for."""

    def _heads(self) -> dict[str, nn.Module]:
        classes = self.reader_.classes
        return {} if classes is None else {LABEL: ClassHead(self.latent_dim, len(classes))}

    def _weight_of_labels(self, data: Data) -> float:
        """The parameter, or as much as makes labels heard beside what an example costs."""
        if self.label_weight is not None or self.reader_.classes is None:
            return self.label_weight or 0.0
        entries, share = looked_at(data, self.random_state)
        weight = max(self.least_label_weight, HEARD * entries * self._nats_a_value()) / max(share, LEAST_SHARE)
        log.info("labels weigh %.1f", weight)
        return weight

    def _nats_a_value(self) -> float:
        """Of one entry of an example, if all its values were equally probable."""
        return math.log(256)

    @available_if(has_labels)
    def predict_proba(self, X: Any) -> np.ndarray:
        """p(label | z) at the posterior mean, (N, classes)."""
        return self._over(
            self.batches(X), lambda batch: self.model_.heads[LABEL](self.model_.posterior_of(batch).mean).probs
        )

    @available_if(has_labels)
    def predict(self, X: Any) -> np.ndarray:
        """The most probable class of each example, (N,)."""
        check_is_fitted(self)
        return self.classes_[self.predict_proba(X).argmax(1)]

    @property
    def classes_(self) -> np.ndarray:
        check_is_fitted(self)
        has_labels(self)
        return np.array(self._classes().names)

    def _classes(self) -> Classes:
        classes = self.reader_.classes
        if classes is None:
            raise VaeworksError("this model was fitted without labels: fit it with labels")
        return classes

    def predictions(self, X: Any) -> list[dict[str, Any]]:
        """The label and its probability for each example, as rows to show; empty ones without labels."""
        if self.reader_.classes is None:
            return [{} for _ in X]
        chances, names = self.predict_proba(X), self.reader_.classes.names
        return [{self.label_name: names[row.argmax()], "probability": float(row.max())} for row in chances]

    def require_labels(self) -> None:
        """Refuse to predict where there is nothing to predict.

        Raises
        ------
        VaeworksError
        """
        if self.reader_.classes is None:
            raise VaeworksError("this model was fitted without labels, so it predicts none: fit it with --label")

    def class_named(self, word: str | None) -> Any:
        """The class that a word on the command line means, which may be a number; None for None."""
        return None if word is None else class_named(self.reader_.classes, word)

    def interpolate(self, first: Any, second: Any, steps: int = 7) -> Any:
        """What is decoded along the straight line between two examples' posterior means, ends included."""
        ends = self.transform([first, second])
        weights = np.linspace(0.0, 1.0, steps, dtype=np.float32)[:, None]
        return self.decode((1 - weights) * ends[0] + weights * ends[1])

    def _codes(self, Z: Any) -> Tensor:
        """Codes (N, latent_dim) on the model's device."""
        check_is_fitted(self)
        parameter = next(self.model_.parameters())
        codes = torch.as_tensor(np.asarray(Z), dtype=parameter.dtype)
        if codes.dim() != 2 or codes.shape[1] != self.latent_dim:
            raise VaeworksError(f"codes must be (N, {self.latent_dim}), not {tuple(codes.shape)}")
        if not codes.isfinite().all():
            raise VaeworksError("codes must be finite numbers, and some are missing or infinite: leave those rows out")
        return codes.to(parameter.device)

    @torch.no_grad()
    def fit_aggregated(self, X: Any) -> Self:
        """Fit the aggregated posterior to the first 5,000 examples of X; all else stays as it is."""
        self._aggregate(self.batches(X))
        return self

    @torch.no_grad()
    def _aggregate(self, batches: Iterable[Batch]) -> None:
        draws = PosteriorDraws()
        for batch in batches:
            draws.take(self.model_.eval().posterior_of(batch))
            if draws.full:
                break
        self.aggregated_ = AggregatedPosterior.fit(draws.draws(self.random_state), self.random_state)

    def _concluded(self, batches: Iterable[Batch]) -> dict:
        return self._look(batches, looks=self._looks_of_a_fit())

    def _compared(self, figures: dict, data: Data, judged_by: Data | None) -> dict:
        parts = [part.epoch(None) for part in (judged_by, data) if part is not None]
        self._aggregate(self._moved(chain(*parts)))
        if "accuracy" not in figures:
            return figures
        if judged_by is None:  # then they are of the labels that were learned, and say nothing
            return {name: value for name, value in figures.items() if name not in OF_LABELS}
        figures = {**figures, **self._simpler(data, judged_by)}
        caution_of_labels(figures)
        return figures

    def _simpler(self, data: Data, judged_by: Data) -> dict[str, float]:
        """The accuracy of a way to predict labels that needs no model."""
        labels = np.concatenate([batch.labels[LABEL].numpy() for batch in judged_by.epoch(None)])
        return {"majority_accuracy": float(np.bincount(labels[labels != MISSING]).max() / (labels != MISSING).sum())}

    def _derived(self, figures: dict) -> dict:
        return {"label": self.label_name} if "accuracy" in figures else {}

    def _looks_of_a_fit(self) -> list[Look]:
        """What is measured of what a fit held out."""
        return LabelledEstimator._looks(self, None)

    def _looks(self, y: Any) -> list[Look]:
        """Accuracy of the labels that were fitted, and probes of these, or else of those that are given."""
        if self.reader_.classes is not None:
            return [Accuracy(self.model_.heads[LABEL]), Probes(None)]
        return [] if y is None else [Probes(list(y))]

    def further_weights(self) -> dict[str, dict[str, Tensor]]:
        return {} if self.aggregated_ is None else {AGGREGATED: self.aggregated_.tensors}

    def restore_further(self, weights: dict[str, dict[str, Tensor]]) -> None:
        self.aggregated_ = AggregatedPosterior(**weights[AGGREGATED]) if AGGREGATED in weights else None

    def panels(self, X: Any, y: Any = None) -> list[Panel]:
        """The panels of every kind, with the classes in the map, and with labels how well they are calibrated."""
        return labelled_panels(self, X, y)

    def facts(self) -> list[str]:
        classes = self.reader_.classes
        return [f"{self.label_name}: {'none' if classes is None else ', '.join(map(str, classes.names[:20]))}"]

    def _check_count(self, n: int, examples: str) -> None:
        if n < 1:
            raise VaeworksError(f"cannot sample {n} {examples}: ask for at least one")

    def __sklearn_tags__(self) -> Tags:
        """A classifier, but where it was fitted without labels: scikit-learn then deals classes evenly over folds."""
        tags = super().__sklearn_tags__()
        tags.classifier_tags = ClassifierTags()
        if not self.__sklearn_is_fitted__() or self.reader_.classes is not None:
            tags.estimator_type = "classifier"
        return tags


def looked_at(data: Data, seed: int) -> tuple[float, float]:
    """How many entries an example has that are scored, and the share of the examples that have a label."""
    entries = labelled = examples = 0
    for batch in islice(data.epoch(seed), LOOKED_AT):
        entries += int(batch.target.numel() if batch.observed is None else batch.observed.sum())
        known = batch.labels[LABEL]
        labelled += int(((known != MISSING) if known.dim() == 1 else (known.sum(1) > 0)).sum())
        examples += len(batch)
    return entries / examples, labelled / examples
