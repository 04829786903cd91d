"""`ForecastVAE`: what comes next in a series, and how sure that is."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from ..core.batch import Batch
from ..core.model import LatentModel
from ..core.posteriors import RelativePosterior
from ..core.priors import GivenPrior
from ..errors import VaeworksError
from ..estimator.diagnostics import Look
from ..estimator.estimator import LatentEstimator
from ..estimator.panels import Panel
from ..fitting.plan import Plan
from .data import SeriesReader, WindowData
from .judging import DRAWS, WIDENED, Judge, bounds_of, drawn, factor_for, widened
from .linear import ridge
from .networks import FutureLikelihood, FutureReader, HistoryReader
from .panels import series_panels
from .parameters import ForecastParameters

SEEN = 40  # batches that the width of intervals is measured on


class ForecastVAE(ForecastParameters, LatentEstimator):
    """A conditional variational autoencoder of windows of a series (Sohn et al. 2015).

        history, calendar -> features -> p(z | history) -> z -+-> independent values of the next steps
        history -> linear map ---------------------------------+
        history, future -> q(z | history, future)

    One code stands for all that the next steps share, so that draws are whole paths. The bound is on
    log p(future | history), in nats of the series' own units. The last rows are held out, and no window that trains
    overlaps them.

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    reader_ : SeriesReader
        The `columns`, and their usual values.

    Examples
    --------
    >>> import numpy as np
    >>> from vaeworks import ForecastVAE
    >>> series = np.sin(np.arange(200) / 4) + 0.1 * np.random.default_rng(0).normal(size=200)
    >>> model = ForecastVAE(history=24, horizon=6, width=8, epochs=1).fit(series)
    >>> model.predict(series).shape
    (6, 1)
    """

    kind = "forecast"
    title = "A VAE of series"
    caution = "It knows what the series did before; what never happened in it, it does not foresee."
    Reader = SeriesReader
    reader_: SeriesReader

    def _build(self, data: WindowData | None) -> LatentModel:
        columns, student = len(self.reader_.columns), self.likelihood == "student"
        conditioner = HistoryReader(
            self.history,
            self.horizon,
            columns,
            self.reader_.calendar,
            self.width,
            self.latent_dim,
            self.dropout,
        )
        if data is not None:
            conditioner.expected.data = ridge(data, conditioner.expected)
        encoder = FutureReader(self.horizon, columns, self.width, self.dropout)
        decoder = FutureLikelihood(self.horizon, columns, self.width, self.latent_dim, student)
        posterior = RelativePosterior(encoder.features, self.latent_dim)
        return LatentModel(encoder, posterior, GivenPrior(), decoder, conditioner=conditioner)

    def _plan(self, data: Any) -> Plan:
        return self._usual_plan(self.epochs, self.learning_rate)

    def predict(self, X: Any, samples: int = 2000) -> np.ndarray:
        """The median of the next steps after a series, (horizon, columns), over draws."""
        return np.median(self.paths(X, samples), axis=0)

    def intervals(self, X: Any, level: float = 0.9, samples: int = 2000) -> np.ndarray:
        """The ends (2, horizon, columns) of intervals that hold each of the next values with this probability.

        Raises
        ------
        VaeworksError
            For a level that is not between 0 and 1.
        """
        check_level(level)
        return bounds_of(self.paths(X, samples), level)

    def paths(self, X: Any, n: int = 1, random_state: int | None = None) -> np.ndarray:
        """Paths (n, horizon, columns) of the next steps after a series.

        They are as far from their median as made intervals of 90% hold 90% of what was held out in the fit.

        Parameters
        ----------
        X : Series, table with a column of times, or array (T,) or (T, C)
            Of which the last `history` steps are read; NaN is not known.

        Raises
        ------
        VaeworksError
            For a series that is too short, or has other columns.
        """
        check_is_fitted(self)
        if n < 1:
            raise VaeworksError(f"there are no {n} paths: ask for 1 or more")
        _, data = self.reader_.following(X, self)
        [batch] = data.epoch(None)
        with self._seeded(random_state):
            paths = drawn(self.model_.eval(), batch.to(self._device()), n)[:, 0].double().cpu().numpy()
        return widened(paths, self._factor()) if n > 1 else paths

    def _factor(self) -> float:
        return float(self.metrics_["fit"]["held_out"].get(WIDENED, 1.0))

    def _concluded(self, batches: Iterable[Batch]) -> dict:
        """With by how much draws are widened."""
        whole = list(batches)
        figures = super()._concluded(whole)
        step = max(1, len(whole) // SEEN)
        with self._seeded():
            seen = list(self._moved(whole[::step]))
            draws = [drawn(self.model_, batch, DRAWS).double().cpu().numpy() for batch in seen]
        targets = [
            np.where(batch.observed.cpu().numpy(), batch.target.double().cpu().numpy(), np.nan) for batch in seen
        ]
        return {**figures, WIDENED: factor_for(draws, targets)}

    def _looks(self, y: Any) -> list[Look]:
        return [Judge(self.model_, self._factor())]

    def evaluate(self, X: Any, y: Any = None, samples: int = 10) -> dict:
        """Measure the model on every window of a series whose future is known: rolling origins.

        Returns
        -------
        dict
            What every kind reports; and `crps`, `mae` (of the median), both in the units of the series, and
            `coverage_90`, the share of values within intervals of 90%.
        """
        return super().evaluate(X, y, samples)

    def panels(self, X: Any, y: Any = None) -> list[Panel]:
        """The panels of every kind, a forecast, and whether the intervals are right."""
        return [*super().panels(X, y), *series_panels(self, self.reader_.checked(X))]

    def body(self) -> str:
        return f"""Two layers of {self.width} units read {self.history} steps, beside a linear map; {self.latent_dim}
latent units stand for what the next {self.horizon} steps share. Values are {NAMES[self.likelihood]}."""

    def facts(self) -> list[str]:
        return [f"columns: {', '.join(self.reader_.columns)}"]


NAMES = {"student": "Student's t, given z", "normal": "normal, given z"}


def check_level(level: float) -> None:
    if not 0 < level < 1:
        raise VaeworksError(f"the level of an interval is between 0 and 1, not {level!r}: 0.9 holds nine of ten")
