"""The scikit-learn face that all kinds of data share."""

import json
import logging
import zlib
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import torch
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted
from torch import Tensor

from ..core.batch import Batch
from ..core.model import LatentModel
from ..core.precision import at_least_float32
from ..errors import VaeworksError
from ..finite import broken_weight, is_finite
from ..fitting.devices import make_fabric
from ..fitting.examples import Data
from ..fitting.monitors import ProgressBar
from ..fitting.plan import Phase, Plan, Schedule
from ..fitting.random_numbers import own_random_numbers
from ..fitting.training import Interrupted, broke, fit
from ..labels import native
from ..progress import under_way, watched
from ..storage import artifact
from ..storage.card import card
from ..storage.old_names import with_old_names
from ..storage.session import Session, session_of
from .beginning import Beginning
from .cautions import caution
from .diagnostics import Look, diagnose
from .panels import Panel, shared_panels
from .parameters import Parameters
from .parts import with_parts
from .reader import Reader

log = logging.getLogger(__name__)


class LatentEstimator(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator, Parameters):
    """A latent-variable model with scikit-learn's verbs; a kind of data adds how it is read, built and shown.

    Attributes
    ----------
    reader_ : Reader
        What was learned of the data before training.
    model_ : LatentModel
    history_ : list of dict
        One record an epoch: weights of the objective, mean terms in nats of training and validation data (None where
        one was not finite).
    metrics_ : dict
        Every figure that `fit`, and `vae evaluate` of a saved model, measured.
    """

    kind: ClassVar[str]
    title: ClassVar[str]
    caution: ClassVar[str]
    Reader: ClassVar[Any]
    reader_: Reader
    model_: LatentModel
    history_: list[dict]
    metrics_: dict

    @abstractmethod
    def _build(self, data: Any) -> LatentModel:
        """A model for the fitted data side; `data` is None when weights will be loaded into it."""

    @abstractmethod
    def _plan(self, data: Any) -> Plan:
        """How the parameters want it trained."""

    def _ready(self, data: Any, judged_by: Any) -> Any:
        """The training data as `_build` and `_plan` take them, with what a kind learns from those that judge."""
        return data

    @abstractmethod
    def body(self) -> str:
        """How the model is built, in Markdown, for its card."""

    def facts(self) -> list[str]:
        """Further lines of the card."""
        return []

    def fit(
        self, X: Any, y: Any = None, *, validation: Any = None, session: Session | Path | str | None = None
    ) -> Self:
        """Fit the model.

        Parameters
        ----------
        X, y
            Examples, and labels of which some (None, NaN) or all may be missing.
        validation : tuple (X, y) or None
            Data to choose the best epoch by; None holds out a share of X.
        session : Session, path or None
            A folder for the model, from which an interrupted fit goes on, and what watches it.

        Raises
        ------
        VaeworksError
            For data that cannot be learned from, and for a training that broke.
        KeyboardInterrupt
            At Ctrl-C; when an epoch was done, the estimator is fitted with the best weights so far.
        """
        self.check_parameters()
        return self._fit(X, y, validation, session_of(session), None)

    def go_on(
        self,
        X: Any,
        y: Any = None,
        *,
        only: str | None = None,
        validation: Any = None,
        session: Session | Path | str | None = None,
    ) -> Self:
        """Go on training this fitted model: its way of reading data stays, and its weights are where training begins.

        Parameters
        ----------
        X, y, validation, session
            As for `fit`. Other labels than before are learned anew, which is said; without any, the classes stay.
        only : str or None
            The one part to train, as in `set_params(prior="flow").go_on(X, only="prior")`, which fits another prior to
            the codes of a finished model; the rest, its classes too, stays as it is, and beta is 1.

        Raises
        ------
        VaeworksError, KeyboardInterrupt
            As for `fit`, but after a failure the estimator is as it was.
        """
        check_is_fitted(self)
        self.check_parameters()
        before, beginning = dict(self.__dict__), Beginning(self.reader_, dict(self.model_.state_dict()), only)
        try:
            return self._fit(X, y, validation, session_of(session), beginning)
        except Interrupted:
            raise
        except BaseException:
            if not self.__sklearn_is_fitted__():
                self.__dict__.update(before)  # a training that failed leaves what was fitted
            raise

    def _fit(self, X: Any, y: Any, validation: Any, session: Session, beginning: Beginning | None) -> Self:
        if validation is not None and not (isinstance(validation, tuple) and len(validation) == 2):
            raise VaeworksError("validation must be a pair (X, y), where y may be None")
        share = self.validation_fraction if validation is None else 0.0
        fabric = make_fabric(self.device, self.precision)
        with session.running(self):
            self.__dict__.pop("metrics_", None)  # a fit that fails leaves nothing that looks fitted
            learn = self.Reader.learn if beginning is None else beginning.further
            with under_way("reading the data") if self.verbose or session.monitors else nullcontext():
                self.reader_, data, judged_by = learn(X, y, self, share)
                if validation is not None:
                    judged_by = self.reader_.data(*validation, self)
            data = self._ready(data, judged_by)
            with own_random_numbers(fabric.device):
                torch.manual_seed(self.random_state)
                model = with_parts(self._build(data), self.parts, self)
            plan = self._plan(data)
            if beginning is not None:
                plan = beginning.into(model, plan, self.reader_)
            self.model_ = model
            self._train(data, judged_by, plan, fabric, session, None if beginning is None else beginning.only)
        return self

    def _usual_plan(self, epochs: int, learning_rate: float, clip_norm: float = 5.0, **phase: Any) -> Plan:
        """One phase along a cosine, by the parameters that all kinds share; `phase` says what differs."""
        usual = {
            "learning_rate": Schedule(learning_rate, 0.0, epochs, "cosine"),
            "kl_weight": Schedule(0.0, 1.0, self.kl_warmup),
            "rate": self.rate or None,
        }
        return Plan(
            (Phase(epochs, **{**usual, **phase}),),
            self.free_bits,
            self.patience,
            self.averaging,
            clip_norm=clip_norm,
            seed=self.random_state,
        )

    def _train(
        self, data: Data, judged_by: Data | None, plan: Plan, fabric: Any, session: Session, only: str | None
    ) -> None:
        parameters = sum(parameter.numel() for parameter in self.model_.parameters())
        log.info("%s parameters in %s on %s, %d batches", f"{parameters:,}", self.precision, fabric.device, len(data))
        watching = [*session.watching, *([ProgressBar()] if self.verbose else [])]
        self.history_ = []
        try:
            fit(
                self.model_,
                data,
                plan,
                judged_by,
                fabric,
                session.checkpoint,
                self._settings(only),
                session.resume,
                watching,
                self.history_,
            )
        except Interrupted:
            self._conclude(plan, data, judged_by)
            raise
        self._conclude(plan, data, judged_by)

    def _settings(self, only: str | None) -> dict:
        """What must be equal for an interrupted fit to go on."""
        settings = {name: value for name, value in self.plain_params().items() if name not in ("verbose", "device")}
        learned = json.dumps(self.reader_.to_state(), default=str)
        return {**settings, "only": only, "data": zlib.crc32(learned.encode())}

    def _conclude(self, plan: Plan, data: Data, judged_by: Data | None) -> None:
        """Look at what was learned, and say what went wrong."""
        self.model_.requires_grad_(True).eval()
        broken = broken_weight(self.model_)
        figures = {} if broken else self._concluded((judged_by or data).epoch(None))
        broken = broken or next((name for name, value in figures.items() if not is_finite(value)), None)
        if broken:
            raise broke(f"{broken} of the fitted model is not finite")
        figures = self._compared(figures, data, judged_by)
        self.metrics_ = {
            "fit": {
                "held_out": figures,
                "epochs": len(self.history_),
                "seconds": sum(record["seconds"] for record in self.history_),
            },
            "history": self.history_,
        }
        caution(self.model_, plan, figures, self.history_)

    def _concluded(self, batches: Iterable[Batch]) -> dict:
        """Figures of what was held out, or else of the training data."""
        return self._look(batches)

    def _compared(self, figures: dict, data: Data, judged_by: Data | None) -> dict:
        """The figures, beside those of simpler ways."""
        return figures

    def transform(self, X: Any) -> np.ndarray:
        """Posterior means of z, (N, latent_dim); of a model of p(y | x), the means of p(z | x)."""
        return self._over(self.wholly(X), self.model_.code)

    def score_samples(self, X: Any) -> np.ndarray:
        """The evidence lower bound on log p(x) of each example in nats, (N,).

        It is an estimate from one draw of z, whose noise depends on the seed and on the rows before.
        """
        with self._seeded():
            return self._over(self.batches(X), lambda batch: self.model_.evidence(batch).elbo())

    def score(self, X: Any, y: Any = None) -> float:
        """The mean evidence lower bound on log p(x), in nats; for accuracy pass `scoring="accuracy"`."""
        return float(self.score_samples(X).mean())

    def evaluate(self, X: Any, y: Any = None, samples: int = 10) -> dict:
        """Measure the model on data, which are read once.

        Parameters
        ----------
        samples : int
            Draws of z for the importance-weighted bound; 0 leaves it out.

        Returns
        -------
        dict
            See `vaeworks.estimator.diagnostics.diagnose`, and what the kind adds. All bounds are costs: lower is
            better. `deprecated_keys` names those that stand under another name too, for this version only.
        """
        check_is_fitted(self)
        figures = self._look(self._batches(X, y), samples, self._looks(y))
        return with_old_names(figures | self._derived(figures))

    def _derived(self, figures: dict) -> dict:
        """What the kind makes of the figures, such as bits."""
        return {}

    def _looks(self, y: Any) -> list[Look]:
        """What else is measured on the batches that `evaluate` reads."""
        return []

    def _look(self, batches: Iterable[Batch], samples: int = 0, looks: Sequence[Look] = ()) -> dict:
        with self._seeded():
            return diagnose(self.model_, self._moved(batches), samples, looks)

    def panels(self, X: Any, y: Any = None) -> list[Panel]:
        """What a report shows of the fitted model, on these examples."""
        return shared_panels(self, X, y)

    def card(self) -> str:
        """What a reader should know about the fitted model, in Markdown."""
        return card(self)

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
        """The constructor's parameters as JSON holds them: without numpy's numbers, and the names of parts alone."""
        given = self.get_params(deep=False)
        own = given.pop("parts")
        plain = {name: value if isinstance(value, dict) else native(value) for name, value in given.items()}
        return {**plain, **({"parts": sorted(own)} if own else {})}

    def restore(self, state: dict) -> None:
        """Become a fitted estimator around untrained weights."""
        self.reader_ = self.Reader.from_state(state)
        self.model_ = with_parts(self._build(None), self.parts, self)

    def further_weights(self) -> dict[str, dict[str, Tensor]]:
        """Tensors beside the model's, by the name of their file."""
        return {}

    def restore_further(self, weights: dict[str, dict[str, Tensor]]) -> None:
        """The inverse of `further_weights`."""

    def to(self, device: str) -> Self:
        """Move the fitted model to a device."""
        self.model_.to(device)
        return self

    @contextmanager
    def _seeded(self, seed: int | None = None) -> Iterator[None]:
        """Random numbers of one's own, begun with `seed`, or else with the estimator's."""
        with own_random_numbers(self._device()):
            torch.manual_seed(self.random_state if seed is None else seed)
            yield

    def batches(self, X: Any, y: Any = None) -> Iterator[Batch]:
        """The examples in the order given, in batches on the model's device."""
        return self._moved(self._batches(X, y))

    def wholly(self, X: Any) -> Iterator[Batch]:
        """The same for codes: each example is read as a whole, where for a bound a part of it would be scored."""
        return self.batches(X)

    def _batches(self, X: Any, y: Any = None) -> Iterable[Batch]:
        check_is_fitted(self)
        return self.reader_.data(X, y, self).epoch(None)

    def _moved(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        device = self._device()
        return (batch.to(device) for batch in (watched(batches) if self.verbose else batches))

    @torch.no_grad()
    def _over(self, batches: Iterable[Batch], compute: Callable[[Batch], Tensor]) -> np.ndarray:
        """What is computed of every batch, as one array."""
        check_is_fitted(self)
        self.model_.eval()
        parts: list[Tensor] = [at_least_float32(compute(batch)).cpu() for batch in batches]
        if not parts:
            raise VaeworksError("there are no examples: give at least one")
        return torch.cat(parts).numpy()

    def _device(self) -> torch.device:
        check_is_fitted(self, "model_")
        return next(self.model_.parameters()).device

    @property
    def _n_features_out(self) -> int:
        return self.latent_dim

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "metrics_")
