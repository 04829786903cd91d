"""What people call items and users, and which items have a property."""

import difflib
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..datasets.interactions.interactions import Items
from ..errors import VaeworksError

NEAREST, PARTS = 3, re.compile(r"\s*[|;]\s*")
YEAR = re.compile(r"\s*\(\d{4}\)$")


class Catalogue:
    """Finds items by id or title, and those with a property.

    Parameters
    ----------
    items : Items
    """

    def __init__(self, items: Items) -> None:
        self.items, self.titles = items, items.titles
        self.numbers = {str(own): number for number, own in enumerate(items.ids)}

    def number(self, item: Any) -> int:
        """Of the item of this id, or else of this title, whatever its case, and without its year where that is enough.

        Raises
        ------
        VaeworksError
            When there is none, with the nearest titles, or when there are several.
        """
        if str(item) in self.numbers:
            return self.numbers[str(item)]
        wanted = str(item).casefold().strip()
        for form in (str.casefold, lambda title: YEAR.sub("", title).casefold()):
            found = [number for number, title in enumerate(self.titles) if form(title) == wanted]
            if len(found) == 1:
                return found[0]
            if found:
                raise VaeworksError(
                    f"{item!r} is the title of several items: name one of the ids {self._listed(found)}"
                )
        raise VaeworksError(f"there is no item {item!r}: the nearest are {self._listed(self._near(wanted))}")

    def _near(self, wanted: str) -> list[int]:
        folded = [title.casefold() for title in self.titles]
        inside = [number for number, title in enumerate(folded) if wanted in title][:NEAREST]
        if inside:
            return inside
        return [folded.index(title) for title in difflib.get_close_matches(wanted, folded, NEAREST, cutoff=0.0)]

    def _listed(self, numbers: Sequence[int]) -> str:
        """Ids and titles of items, for a sentence."""
        named = [(self.items.ids[number], self.titles[number]) for number in numbers]
        return ", ".join(f"{own}" if str(own) == title else f"{own} ({title})" for own, title in named)

    def having(self, where: dict[str, str]) -> np.ndarray:
        """Numbers of the items with these values; of a column such as "Comedy|Drama" one part is enough.

        Raises
        ------
        VaeworksError
            When there is no such column, or no such item.
        """
        chosen = np.ones(len(self.items), dtype=bool)
        for column, value in where.items():
            chosen &= self._having(column, value)
        if not chosen.any():
            raise VaeworksError(f"no item has {' and '.join(f'{name}={value}' for name, value in where.items())}")
        return np.flatnonzero(chosen)

    def _having(self, column: str, value: str) -> np.ndarray:
        if column not in self.items.columns:
            known = ", ".join(self.items.columns) or "none"
            raise VaeworksError(f"items have no column {column!r}: their columns are {known}")
        wanted, parts = value.casefold(), [parts_of(each) for each in self.items.columns[column]]
        found = np.array([wanted in own for own in parts])
        if not found.any():
            near = difflib.get_close_matches(wanted, sorted(set().union(*parts)), NEAREST, cutoff=0.0)
            raise VaeworksError(f"no item has {column}={value}: the nearest values are {', '.join(near)}")
        return found

    def described(self, number: int) -> dict[str, Any]:
        """The id of an item, and its title where it has one."""
        own = self.items.ids[number]
        return {"item": own, **({"title": self.titles[number]} if "title" in self.items.columns else {})}


def parts_of(value: Any) -> set[str]:
    """The values of a cell that may list several; a number as it is written."""
    return set() if value is None else {str(value).casefold(), *PARTS.split(str(value).casefold())}


def numbers_of_users(users: Sequence[Any], known: Sequence[Any]) -> np.ndarray:
    """The numbers of known users.

    Raises
    ------
    VaeworksError
        For one that is not known.
    """
    numbers = {str(user): number for number, user in enumerate(known)}
    for user in users:
        if str(user) not in numbers:
            near = difflib.get_close_matches(str(user), list(numbers), NEAREST, cutoff=0.0)
            raise VaeworksError(
                f"the model knows no user {user!r}: near are {', '.join(near)}; for someone new give what they like"
            )
    return np.array([numbers[str(user)] for user in users], dtype=np.int64)
