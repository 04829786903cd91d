"""Classes and their indices, with labels that may be missing."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.utils import column_or_1d

from .errors import VaeworksError

log = logging.getLogger(__name__)
LABEL, OWN = "label", "own"  # what is learned of an example, and its own label where that is another
MISSING = -1
MOST_CLASSES = 1000


def is_missing(label: Any, missing_label: Any) -> bool:
    """None and NaN always; else what `missing_label` says."""
    if label is None or (label != label) is not False:  # NaN, and pandas' NA, which is neither equal nor unequal
        return True
    return missing_label is not None and label == missing_label


class Classes:
    """The classes seen in fitting, sorted.

    Parameters
    ----------
    names : sequence
        Labels of one type.
    missing_label : object
        A further value, beside None and NaN, that means "no label".
    """

    def __init__(self, names: Sequence[Any], missing_label: Any = None) -> None:
        self.names, self.missing_label = list(names), missing_label
        self._index = {name: index for index, name in enumerate(self.names)}
        self._written = {str(name): index for index, name in enumerate(self.names)}

    @classmethod
    def learn(cls, found: Iterable[Any], missing_label: Any = "auto") -> "Classes | None":
        """Sort the distinct labels; None when every one is missing.

        With 'auto', -1 among integer labels is missing, unless the labels are just -1 and 1.

        Raises
        ------
        VaeworksError
            When there is only one class, or when labels of different types cannot be sorted.
        """
        distinct = {label for label in map(native, found) if not is_missing(label, None)}
        if isinstance(missing_label, str) and missing_label == "auto":
            integers = all(isinstance(label, int | float) and float(label).is_integer() for label in distinct)
            missing_label = MISSING if integers and MISSING in distinct and distinct != {-1, 1} else None
            if missing_label is not None:
                log.warning('the label -1 is read as "no label": pass missing_label=None to make it a class')
        names = {label for label in distinct if not is_missing(label, missing_label)}
        if not names:
            return None
        odd = next((name for name in names if not isinstance(name, str | int | float)), None)
        if odd is not None:
            raise VaeworksError(
                f"labels must be text or numbers, not {type(odd).__name__} as {odd!r}: turn them into text"
            )
        if len(names) == 1:
            raise VaeworksError(f"the labels have only one class, {names.pop()!r}: give at least two, or none")
        if len(names) > MOST_CLASSES:
            raise VaeworksError(f"the labels have more than {MOST_CLASSES} different values: they are no classes")
        try:
            return cls(sorted(names), missing_label)
        except TypeError as error:
            kinds = ", ".join(sorted({type(name).__name__ for name in names}))
            raise VaeworksError(f"the labels mix types ({kinds}): turn them into one") from error

    def __len__(self) -> int:
        return len(self.names)

    def indices(self, labels: Iterable[Any]) -> np.ndarray:
        """Index of each label, (N,), -1 where it is missing.

        Raises
        ------
        VaeworksError
            When a label was not among those of fitting.
        """
        return np.array([self._index_of(native(label)) for label in labels], dtype=np.int64)

    def _index_of(self, label: Any) -> int:
        if is_missing(label, self.missing_label):
            return MISSING
        place = self._index.get(label, self._written.get(str(label)))  # what is a number here may be text in a file
        if place is None:
            raise VaeworksError(
                f"there is no class {label!r}: the classes are {', '.join(map(str, self.names[:20]))}. Rename it, or "
                f"say which of them it means, as evaluate has it with --class {label}=..."
            )
        return place

    def also(self, words: Mapping[str, str]) -> "Classes":
        """The same classes, which have further names.

        Raises
        ------
        VaeworksError
            Where a word is said to mean what is no class.
        """
        found = Classes(self.names, self.missing_label)
        for word, name in words.items():
            found._index[word] = found._written[word] = self._index_of(class_named(self, name))
        return found

    def to_state(self) -> dict:
        return {"names": self.names, "missing_label": self.missing_label}

    @classmethod
    def from_state(cls, state: dict | None) -> "Classes | None":
        """The inverse of `to_state`; None of None."""
        return None if state is None else cls(**state)


def further_classes(earlier: Classes | None, found: Iterable[Any], missing_label: Any, anew: bool) -> Classes | None:
    """The classes of a model that goes on: the earlier ones where they are to stay, and where no label is there."""
    classes = Classes.learn(found, missing_label) if anew else None
    if classes is None:
        return earlier
    if earlier is not None and earlier.names != classes.names:
        was, now = (", ".join(map(str, each.names[:10])) for each in (earlier, classes))
        log.warning("the labels are %s, and were %s: how the model predicts them is learned anew", now, was)
    return classes


def indices_of(classes: Classes | None, labels: list) -> np.ndarray:
    """Class indices (N,) of labels, all of them -1 where there are no classes."""
    return np.full(len(labels), MISSING) if classes is None else classes.indices(labels)


def native(label: Any) -> Any:
    """A plain Python value, which JSON can hold.

    Raises
    ------
    VaeworksError
        For a label that is several values.
    """
    if isinstance(label, np.ndarray | list | dict | set):
        raise VaeworksError("a label must be one value a row, not several: pass y.ravel(), or y.argmax(1) for one-hot")
    return label.item() if isinstance(label, np.generic) else label


def labels_of(y: Any, count: int, examples: str) -> list:
    """One label for each of `count` examples, all of them None where there are none.

    Raises
    ------
    VaeworksError
        When there are more or fewer; `examples` says of what, as in "rows".
    """
    if y is None:
        return [None] * count
    y = y if hasattr(y, "__len__") else np.asarray(y)
    if hasattr(y, "columns"):
        y = np.asarray(y)
        y = y.ravel() if y.shape[1] == 1 else y
    elif getattr(y, "ndim", 1) == 2 and y.shape[1] == 1:
        y = column_or_1d(y, warn=True)
    if len(y) != count:
        raise VaeworksError(f"there are {count} {examples} but {len(y)} labels: give one label each")
    return list(y)


def classes_in(labels: list) -> list:
    """The labels, or none of them where they are numbers with fractions, as what a later regressor predicts."""
    numbers = [label for label in labels if isinstance(label, float | np.floating) and np.isfinite(label)]
    if all(label == round(label) for label in numbers):
        return labels
    log.warning("y holds numbers with fractions, which are no classes: they are left aside")
    return [None] * len(labels)


def class_named(classes: Classes | None, word: str) -> Any:
    """The class that a word on the command line means, which may be a number."""
    if classes is None:
        raise VaeworksError("this model was fitted without labels, so it has no classes: leave out --label")
    return next((name for name in classes.names if str(name) == word), word)
