"""Histories: which items each user has, as rows of one flat array, and what is known of the items."""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ...errors import VaeworksError
from ..sets import InMemory

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Items:
    """What may be recommended.

    Attributes
    ----------
    ids : list of int or str
    columns : dict of str to list
        What is known of each, its `title` among them where it has one; None where unknown.
    """

    ids: list
    columns: dict[str, list] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def titles(self) -> list[str]:
        """What people call them; the id where there is no title."""
        titles = self.columns.get("title", [None] * len(self))
        return [str(own) if title is None else str(title) for own, title in zip(self.ids, titles, strict=True)]


@dataclass(frozen=True)
class Interactions(InMemory):
    """The items of each user, in the order in which they came where times are known.

    Attributes
    ----------
    users : list of int or str
    starts : array of int (users + 1,)
        User u has `members[starts[u]:starts[u + 1]]`.
    members : array of int (interactions,)
        Numbers of items.
    items : Items
    times : array (interactions,) or None
    among : Interactions or None
        The set that these users are some of, where they are: a fit keeps its histories, so that all can be served.
    kept : str
        What of the source is here, in words.
    labels : None
        Users have none.
    apart : bool
        Whether other processes have the other users.
    """

    users: list
    starts: "np.ndarray"
    members: "np.ndarray"
    items: Items
    times: "np.ndarray | None" = None
    among: "Interactions | None" = None
    kept: str = ""
    labels: list | None = None
    apart: bool = False

    def __len__(self) -> int:
        return len(self.users)

    @property
    def X(self) -> "Interactions":
        return self

    @property
    def ids(self) -> dict[str, list]:
        return {"user": self.users}

    @property
    def whole(self) -> "Interactions":
        """The set that these users are some of."""
        return self.among or self

    def lengths(self) -> "np.ndarray":
        """How many items each user has."""
        import numpy as np

        return np.diff(self.starts)

    def of(self, user: int) -> "np.ndarray":
        """Numbers of the items of a user, by number."""
        return self.members[self.starts[user] : self.starts[user + 1]]

    def take(self, rows: "np.ndarray") -> "Interactions":
        """The users of these numbers."""
        import numpy as np

        chosen = entries_of(self.starts, rows)
        return replace(
            self,
            users=[self.users[row] for row in rows],
            starts=np.concatenate([[0], np.cumsum(self.lengths()[rows])]).astype(np.int64),
            members=self.members[chosen],
            times=None if self.times is None else self.times[chosen],
            among=self.whole,
        )

    def only(self, entries: "np.ndarray") -> "Interactions":
        """The same users with the interactions of this mask only."""
        import numpy as np

        counts = np.bincount(self.owners()[entries], minlength=len(self))
        return replace(
            self,
            starts=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
            members=self.members[entries],
            times=None if self.times is None else self.times[entries],
            among=None,
        )

    def owners(self) -> "np.ndarray":
        """The number of the user of each interaction."""
        import numpy as np

        return np.repeat(np.arange(len(self)), self.lengths())

    def followed_by(self, other: "Interactions") -> "Interactions":
        import numpy as np

        if other.items.ids != self.items.ids:
            raise VaeworksError("parts of one set of interactions must have the same items: read them together")
        both = self.times is not None and other.times is not None
        return replace(
            self,
            users=[*self.users, *other.users],
            starts=np.concatenate([self.starts, self.starts[-1] + other.starts[1:]]),
            members=np.concatenate([self.members, other.members]),
            times=np.concatenate([self.times, other.times]) if both else None,
        )

    def matrix(self) -> Any:
        """Users by items, 1 where a user has an item, as a scipy CSR matrix."""
        import numpy as np
        from scipy.sparse import csr_matrix

        ones = np.ones(len(self.members), dtype=np.float32)
        return csr_matrix((ones, self.members, self.starts), shape=(len(self), len(self.items)))


def entries_of(starts: "np.ndarray", rows: "np.ndarray") -> "np.ndarray":
    """Places of the interactions of these users, one user after another."""
    import numpy as np

    begin, lengths = starts[rows], starts[np.asarray(rows) + 1] - starts[rows]
    ends = np.cumsum(lengths)
    return np.arange(ends[-1] if len(ends) else 0) + np.repeat(begin - (ends - lengths), lengths)
