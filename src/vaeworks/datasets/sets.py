"""A data set: named splits, whose rows have one face whatever they hold."""

import logging
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import reduce
from typing import TYPE_CHECKING, Any, Generic, Protocol, Self, TypeVar

from ..errors import VaeworksError

if TYPE_CHECKING:
    import numpy as np

log = logging.getLogger(__name__)


class Part(Protocol):
    """Some rows of a data set: a stream of texts, pictures or a table."""

    @property
    @abstractmethod
    def X(self) -> Any:
        """The rows, as an estimator's `fit` takes them."""

    @property
    @abstractmethod
    def y(self) -> Any:
        """Their labels, as `fit` takes them: None without labels, and where they stream along with the rows."""

    @property
    @abstractmethod
    def labelled(self) -> bool:
        """Whether there are labels, of which some may be missing."""

    @property
    def ids(self) -> dict[str, list]:
        """What each row is called, by the name of the column that says it; nothing where rows have but their place."""
        return {}

    @abstractmethod
    def __len__(self) -> int:
        """How many rows there are."""

    @abstractmethod
    def first(self, count: int) -> Self:
        """The first `count` rows; there are so many."""

    @abstractmethod
    def held_out(self, share: float) -> Self:
        """The rows that a fit to these leaves to validation (see `vaeworks.held_out`); perhaps none."""

    @abstractmethod
    def followed_by(self, other: Self) -> Self:
        """These rows and then the others, whose labels are missing where only these have some."""

    def head(self, limit: int | None) -> Self:
        """The first `limit` rows; all of them for None."""
        if limit is None:
            return self
        if limit < 0:
            raise VaeworksError(f"there are no first {limit} rows: the limit is 0 or more")
        return self.first(min(limit, len(self)))


class InMemory(Part, Protocol):
    """Rows that can be taken by their numbers, and a list of their labels, or None."""

    labels: list | None

    @property
    def y(self) -> list | None:
        return self.labels

    @property
    def labelled(self) -> bool:
        return self.labels is not None

    @abstractmethod
    def take(self, rows: "np.ndarray") -> Self:
        """The rows of these numbers, in their order."""

    def first(self, count: int) -> Self:
        import numpy as np

        return self.take(np.arange(count))

    def held_out(self, share: float) -> Self:
        import numpy as np

        from ..held_out import held_out

        return self.take(np.flatnonzero(held_out(0, len(self), share)))


P = TypeVar("P", bound=Part)


@dataclass(frozen=True)
class DataSet(Generic[P]):
    """Named splits of one data set.

    Attributes
    ----------
    name : str
        The named set, or the name of the local file or folder.
    splits : dict of str to Part
        train, validation, test, unlabelled as far as they exist; all for a source without them.
    label_name : str or None
        What the labels say, such as sentiment, digit or species; None without labels.
    """

    name: str
    splits: dict[str, P]
    label_name: str | None

    def training(self, unlabelled: int | None = 0) -> P:
        """The rows to fit to, and after them the first of those that have no labels, where the set has such a part.

        Parameters
        ----------
        unlabelled : int or None
            How many of these; None for all.

        Raises
        ------
        VaeworksError
            When it has none.
        """
        train = self.splits[self._trained_on()]
        if unlabelled == 0 or "unlabelled" not in self.splits:
            return train
        others = self.splits["unlabelled"]
        taken = others.head(unlabelled)
        if len(taken) < len(others):
            log.warning("%s: %s of %s rows without a label are read", self.name, f"{len(taken):,}", f"{len(others):,}")
        return train.followed_by(taken)

    def unseen(self, share: float | None = None) -> tuple[P, str]:
        """The rows to judge a model by, and what they are in words.

        They are the test part, else the validation part, else what a fit to the rows held out.

        Parameters
        ----------
        share : float, optional
            Of the rows, which the fit held out; None where it did not see them, so that all are new to it.
        """
        judged = next((split for split in ("test", "validation") if split in self.splits), None)
        split = judged or self._trained_on()
        part = self.splits[split]
        if judged or share is None:
            return part, split
        left = part.held_out(share)
        return (left, "held out") if len(left) else (part, f"{split}, since so few rows left none to hold out")

    def whole(self) -> P:
        """The rows of all splits, one after another."""
        return reduce(lambda rows, more: rows.followed_by(more), self.splits.values())

    def each(self, change: Callable[[P], P]) -> "DataSet[P]":
        """The same set with every split changed."""
        return replace(self, splits={split: change(part) for split, part in self.splits.items()})

    def _trained_on(self) -> str:
        for split in ("train", "all"):
            if split in self.splits:
                return split
        raise VaeworksError(f"{self.name} has no training part: its parts are {', '.join(self.splits)}")


def labels_followed_by(own: list | None, count: int, others: list | None, more: int) -> list | None:
    """The labels of `count` rows and of `more` rows after them, None where missing; None where none has labels."""
    if own is None and others is None:
        return None
    return [*(own or [None] * count), *(others or [None] * more)]
