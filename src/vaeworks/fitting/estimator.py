"""The scikit-learn face that all kinds of data share."""

import json
import logging
import zlib
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils import ClassifierTags, Tags
from sklearn.utils._param_validation import InvalidParameterError
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted
from torch import Tensor, nn

from ..core.batch import Batch
from ..core.model import LatentModel
from ..core.precision import at_least_float32
from ..errors import VaeworksError
from . import artifact
from .aggregated import AggregatedPosterior, posterior_draws
from .devices import make_fabric
from .diagnostics import diagnose
from .labels import LABEL, MISSING, Classes, native
from .monitors import Monitor, ProgressBar, watched
from .panels import Panel
from .plan import Plan, training_only
from .probes import probes
from .training import Data, Interrupted, fit, own_random_numbers

log = logging.getLogger(__name__)


def take_weights(estimator: "LatentEstimator", start: "LatentEstimator", only: str | None) -> None:
    """Copy the weights of a fitted model of the same sizes; those of labels only where the classes are the same.

    The part that `only` names may have other sizes, and then begins anew.
    """
    same = np.array_equal(np.asarray(estimator.classes_), np.asarray(start.classes_))
    weights = start.model_.state_dict()
    for name, own in estimator.model_.state_dict().items():
        if name.startswith("heads.") and not same:
            continue
        if name not in weights or weights[name].shape != own.shape:
            if only is not None and name.startswith(f"{only}."):
                continue
            raise VaeworksError(
                f"the model to start from has other sizes (see {name}): give this one the same parameters, "
                "as sklearn.base.clone does"
            )
        own.copy_(weights[name])


def has_labels(estimator: Any) -> bool:
    """Whether the model predicts; before fitting it may, so that its own error can say that it is not fitted."""
    if not estimator.__sklearn_is_fitted__():
        return True
    if getattr(estimator, "classes_", None) is None:
        raise AttributeError("this model was fitted without labels: fit it with labels to predict them")
    return True


class LatentEstimator(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """A latent-variable model with scikit-learn's verbs; a kind of data adds how it is read, built and shown.

    A kind has the constructor parameters `latent_dim`, `batch_size`, `random_state`, `device`, `precision` and
    `verbose`, and the methods below that are abstract.

    Attributes
    ----------
    model_ : LatentModel
    classes_ : ndarray or None
        The labels that the head predicts, sorted; None without labels.
    history_ : list of dict
        One record an epoch: weights of the objective, mean terms in nats of training and validation data.
    aggregated_ : AggregatedPosterior or None
        A mixture of Gaussians fitted to the codes of data, which `sample` can draw from.
    metrics_ : dict
        Every figure that `fit`, and `vae evaluate` of a saved model, measured.
    """

    kind: ClassVar[str]
    latent_dim: int
    random_state: int
    device: str
    precision: str
    verbose: bool
    model_: LatentModel
    class_names_: Classes | None
    aggregated_: AggregatedPosterior | None
    metrics_: dict

    @abstractmethod
    def _prepare(self, X: Any, y: Any, validation: Any, start: Any = None) -> tuple[Data, Data | None]:
        """Fit the data side, or take that of the estimator `start`, and give the training and validation data."""

    @abstractmethod
    def _build(self, data: Any) -> LatentModel:
        """A model for the fitted data side; `data` is None when weights will be loaded into it."""

    @abstractmethod
    def _plan(self, data: Data) -> Plan:
        """How the parameters want it trained."""

    @abstractmethod
    def panels(self, X: Any, y: Any = None) -> list[Panel]:
        """What a report shows of the fitted model, on these examples."""

    @abstractmethod
    def _batches(self, X: Any, y: Any = None) -> Iterator[Batch]:
        """The rows in the order given, in batches on the CPU."""

    @abstractmethod
    def decode(self, Z: Any) -> Any:
        """What the codes Z (N, latent_dim) stand for."""

    @abstractmethod
    def data_state(self) -> dict:
        """The fitted data side as JSON."""

    @abstractmethod
    def _restore_data(self, state: dict) -> None:
        """The inverse of `data_state`."""

    @abstractmethod
    def card(self) -> str:
        """What a reader should know about the fitted model, in Markdown."""

    def fit(
        self,
        X: Any,
        y: Any = None,
        *,
        validation: Any = None,
        start: "LatentEstimator | None" = None,
        only: str | None = None,
        checkpoint: Path | str | None = None,
        resume: bool = False,
        monitors: Sequence[Monitor] = (),
    ) -> "LatentEstimator":
        """Fit the model.

        Parameters
        ----------
        X, y
            Examples, and labels of which some (None, NaN) or all may be missing.
        validation : tuple (X, y) or None
            Data to choose the best epoch by; None holds out a share of X.
        start : LatentEstimator or None
            A fitted model of the same sizes to go on from: its way of reading data and its weights, and those of its
            labels where they are the same.
        only : str or None
            The one part of `start` to train, as in `only="prior"`, which fits another prior to the codes of a finished
            model; the rest stays as it is, and beta is 1.
        checkpoint : path or None
            File that keeps the state after each epoch.
        resume : bool
            Go on from that file.
        monitors : sequence of Monitor
            Told of each step and epoch, beside the progress bar of `verbose`.

        Raises
        ------
        VaeworksError
            For data that cannot be learned from, and for a training that broke.
        KeyboardInterrupt
            At Ctrl-C; when an epoch was done, the estimator is fitted with the best weights so far.
        """
        self._check_parameters()
        if start is not None and not (type(start) is type(self) and start.__sklearn_is_fitted__()):
            raise VaeworksError(f"start must be a fitted {type(self).__name__}, not {start!r}: fit it first")
        if validation is not None and not (isinstance(validation, tuple) and len(validation) == 2):
            raise VaeworksError("validation must be a pair (X, y), where y may be None")
        if only is not None and start is None:
            raise VaeworksError(f"only={only!r} trains one part of a fitted model: give that model as `start`")
        fabric = make_fabric(self.device, self.precision)
        data, held_out = self._prepare(X, y, validation, start)
        plan = self._plan(data) if only is None else training_only(only, self._plan(data))
        with own_random_numbers(fabric.device):
            torch.manual_seed(self.random_state)
            self.model_ = self._build(data)
        if only is not None and not any(parameter.numel() for parameter in self._part(only).parameters()):
            raise VaeworksError(f"the model has nothing to train in its {only}: choose another, as in prior='flow'")
        if start is not None:
            take_weights(self, start, only)
        parameters = sum(parameter.numel() for parameter in self.model_.parameters())
        log.info("%s parameters in %s on %s, %d batches", f"{parameters:,}", self.precision, fabric.device, len(data))
        watching = [*monitors, *([ProgressBar()] if self.verbose else [])]
        settings = {name: value for name, value in self.plain_params().items() if name not in ("verbose", "device")}
        settings["only"] = only
        settings["data"] = zlib.crc32(json.dumps(self.data_state(), default=str).encode())
        path = None if checkpoint is None else Path(checkpoint)
        self.history_: list[dict] = []
        try:
            fit(self.model_, data, plan, held_out, fabric, path, settings, resume, watching, self.history_)
        except Interrupted:
            self._conclude(plan, held_out or data)
            raise
        self._conclude(plan, held_out or data)
        return self

    def _part(self, name: str) -> nn.Module:
        parts = dict(self.model_.named_children())
        if name not in parts:
            raise VaeworksError(f"the model has no part {name!r} to train: choose one of {', '.join(parts)}")
        return parts[name]

    def _check_parameters(self) -> None:
        try:
            self._validate_params()
        except InvalidParameterError as error:
            raise VaeworksError(str(error)) from error

    def _conclude(self, plan: Plan, data: Data) -> None:
        """Look at what was learned, and say what went wrong."""
        self.model_.requires_grad_(True).eval()
        figures = self._diagnose(data.epoch(None))
        self._aggregate(data.epoch(None))
        seconds = sum(record["seconds"] for record in self.history_)
        self.metrics_ = {
            "fit": {"held_out": figures, "epochs": len(self.history_), "seconds": seconds},
            "history": self.history_,
        }
        self._warn(plan, figures)

    def _warn(self, plan: Plan, figures: dict) -> None:
        """Say what a user would want to know before trusting the model."""
        rate, mend = plan.phases[-1].rate, "set `rate`, the nats of KL that training holds"
        flat = len(self.model_.blocks) == 0
        if rate:
            mend = "train longer, or raise `rate` or `learning_rate`"
            reached = self.history_[-1]["train"]["kl"]
            if abs(reached - rate) > 0.2 * rate:
                log.warning("the rate was not held: asked for %g nats, trained at %.2f: train longer", rate, reached)
        if figures["collapsed"]:
            log.warning(
                "the posterior collapsed: %s holds %.2f nats about the data, and %d of %d units are active: %s",
                "z" if flat else "the top level",
                figures["mutual_information_nats"],
                figures["active_units"],
                figures["latent_units"],
                mend if flat else "take fewer levels, or set `free_bits`",
            )
        for index, phase in enumerate(plan.phases):
            if phase.warm_up() > phase.epochs:
                log.warning(
                    "phase %d warms up over %g epochs but lasts %d: its weights never reach their final values: "
                    "train longer or shorten the warm-up",
                    index + 1,
                    phase.warm_up(),
                    phase.epochs,
                )

    def fit_aggregated(self, X: Any) -> "LatentEstimator":
        """Fit the aggregated posterior to the first 5,000 examples of X; all else stays as it is."""
        self._aggregate(self._batches(X))
        return self

    def _aggregate(self, batches: Any) -> None:
        with own_random_numbers(self._device()):
            torch.manual_seed(self.random_state)
            draws = posterior_draws(self.model_.eval(), (batch.to(self._device()) for batch in batches))
        self.aggregated_ = AggregatedPosterior.fit(draws, self.random_state) if len(draws) > 1 else None

    def transform(self, X: Any) -> np.ndarray:
        """Posterior means of z, (N, latent_dim)."""
        return self._over(X, lambda batch: self._posterior(batch).mean)

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

    @available_if(has_labels)
    def predict_proba(self, X: Any) -> np.ndarray:
        """p(label | z) at the posterior mean, (N, classes)."""
        return self._over(X, lambda batch: self.model_.heads[LABEL](self._posterior(batch).mean).probs)

    @available_if(has_labels)
    def predict(self, X: Any) -> np.ndarray:
        """The most probable class of each example, (N,)."""
        check_is_fitted(self)
        return np.asarray(self.classes_)[self.predict_proba(X).argmax(1)]

    def score_samples(self, X: Any) -> np.ndarray:
        """The evidence lower bound on log p(x) of each example in nats, (N,).

        It is an estimate from one draw of z, whose noise depends on the seed and on the rows before.
        """
        with own_random_numbers(self._device()):
            torch.manual_seed(self.random_state)
            return self._over(X, lambda batch: self.model_.evidence(batch).elbo())

    def score(self, X: Any, y: Any = None) -> float:
        """The mean evidence lower bound on log p(x), in nats; for accuracy pass `scoring="accuracy"`."""
        return float(self.score_samples(X).mean())

    def evaluate(self, X: Any, y: Any = None, samples: int = 10) -> dict:
        """Measure the model on data.

        Parameters
        ----------
        samples : int
            Draws of z for the importance-weighted bound; 0 leaves it out.

        Returns
        -------
        dict
            See `vaeworks.fitting.diagnostics.diagnose`; with labels, how well the codes serve others
            (`linear_probe_accuracy` and `knn_accuracy`, 5-fold); and what the kind adds.
        """
        check_is_fitted(self)
        return {**self._diagnose(self._batches(X, y), samples), **self._probes(X, y)}

    def _accuracy(self, X: Any, y: Any) -> dict:
        """Of the labels that are there."""
        if y is None or self.class_names_ is None:
            return {}
        indices = self.class_names_.indices(y)
        known = indices != MISSING
        return {"accuracy": float((self.predict_proba(X).argmax(1) == indices)[known].mean())} if known.any() else {}

    @torch.no_grad()
    def _probes(self, X: Any, y: Any) -> dict[str, float]:
        """Of the labels that the model was fitted with, or else of y."""
        if y is None and self.class_names_ is None:
            return {}
        codes, labels = [], [] if self.class_names_ is not None else list(y)
        for batch in self.batches(X, y):
            codes.append(self._posterior(batch).mean.cpu().numpy())
            if self.class_names_ is not None:
                labels += [None if label == MISSING else label for label in batch.labels[LABEL].tolist()]
        return probes(np.concatenate(codes), labels)

    def save(self, folder: Path | str, overwrite: bool = False, compact: bool = False) -> None:
        """Write the fitted model into a folder, which `vaeworks.load` reads on any machine.

        Parameters
        ----------
        overwrite : bool
            Replace the model that is there; other files in the folder stay.
        compact : bool
            In about a fifth of the space: long tables in 8 or 4 bits, the rest in half precision. That changes the
            model a little: load it and evaluate it again.
        """
        check_is_fitted(self)
        artifact.save(self, folder, overwrite, compact)

    def plain_params(self) -> dict:
        """The constructor's parameters as JSON holds them, so without numpy's numbers."""
        given = self.get_params(deep=False)
        return {name: value if isinstance(value, dict) else native(value) for name, value in given.items()}

    def restore(self, state: dict) -> None:
        """Become a fitted estimator around untrained weights."""
        self._restore_data(state)
        self.model_ = self._build(None)

    def to(self, device: str) -> "LatentEstimator":
        """Move the fitted model to a device."""
        self.model_.to(device)
        return self

    @property
    def classes_(self) -> np.ndarray | None:
        names = self.class_names_
        return None if names is None else np.array(names.names)

    @property
    def _n_features_out(self) -> int:
        return self.latent_dim

    def __sklearn_tags__(self) -> Tags:
        """Fitted with labels it is a classifier too, so that scikit-learn's scorers can rank by its probabilities."""
        tags = super().__sklearn_tags__()
        tags.classifier_tags = ClassifierTags()
        if getattr(self, "classes_", None) is not None:
            tags.estimator_type = "classifier"
        return tags

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "metrics_")

    def _device(self) -> torch.device:
        check_is_fitted(self, "model_")
        return next(self.model_.parameters()).device

    def batches(self, X: Any, y: Any = None) -> Iterator[Batch]:
        """The examples in the order given, in batches on the model's device."""
        return self._moved(self._batches(X, y))

    def _moved(self, batches: Iterator[Batch]) -> Iterator[Batch]:
        device = self._device()
        return (batch.to(device) for batch in (watched(batches) if self.verbose else batches))

    def _posterior(self, batch: Batch) -> Any:
        assert batch.input is not None
        return self.model_.encode(batch.input)

    @torch.no_grad()
    def _over(self, X: Any, compute: Any) -> np.ndarray:
        check_is_fitted(self)
        self.model_.eval()
        parts: list[Tensor] = [at_least_float32(compute(batch)).cpu() for batch in self.batches(X)]
        if not parts:
            raise VaeworksError("there are no examples: give at least one")
        return torch.cat(parts).numpy()

    def _diagnose(self, batches: Any, samples: int = 0) -> dict:
        with own_random_numbers(self._device()):
            torch.manual_seed(self.random_state)
            return diagnose(self.model_, self._moved(batches), samples)
