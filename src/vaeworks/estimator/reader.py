"""The fitted data side of an estimator, as one object: what was learned of the data before any training."""

from typing import Any, Protocol, Self

from ..fitting.examples import Data
from ..labels import Classes
from ..storage.fitted import Fitted
from .aggregated import AggregatedPosterior


class Reader(Protocol):
    """It turns X and y into batches, and is kept on disk; `estimator` is asked for its parameters only."""

    @classmethod
    def learn(cls, X: Any, y: Any, estimator: Any, share: float) -> tuple[Self, Data, Data | None]:
        """Learn what is needed of the training data, and read them.

        Parameters
        ----------
        share : float
            Of the examples, about so many of which are held out.

        Returns
        -------
        The reader, the data to train on, and those held out (None where there are none)

        Raises
        ------
        VaeworksError
            For data that cannot be learned from.
        """

    def further(
        self, X: Any, y: Any, estimator: Any, share: float, anew: bool = True
    ) -> tuple[Self, Data, Data | None]:
        """The same for further training data, which are read as before; `anew` says that they may bring new classes."""

    def data(self, X: Any, y: Any, estimator: Any) -> Data:
        """Examples to judge the model by, or to read."""

    def to_state(self) -> dict:
        """What was learned, as JSON."""

    @classmethod
    def from_state(cls, state: dict) -> Self:
        """The inverse of `to_state`."""


class LabelReader(Reader, Protocol):
    """A reader of examples some or all of which may have a label."""

    @property
    def classes(self) -> Classes | None:
        """Those of the labels; None where there are none."""


class Labelled(Fitted, Protocol):
    """A fitted estimator some or all of whose examples may have a label."""

    aggregated_: AggregatedPosterior | None

    @property
    def reader_(self) -> LabelReader: ...
