"""From columns of users, items, ratings and times to histories: what is wrong is refused, what is left out is said."""

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ...errors import VaeworksError
from .interactions import Interactions, Items

if TYPE_CHECKING:
    import numpy as np

log = logging.getLogger(__name__)


def gathered(
    users: Any,
    items: Any,
    ratings: Any = None,
    times: Any = None,
    keep: float | None = None,
    known: Items | None = None,
    strict: bool = False,
) -> Interactions:
    """Histories of one interaction a row.

    Parameters
    ----------
    users, items : sequence
        Ids: numbers, words or UUIDs.
    ratings : sequence of numbers or None
        Ratings, or counts. Those of at least `keep` are kept, or without it those above 0.
    times : sequence or None
        Anything that sorts; histories are then in this order.
    known : Items or None
        What may be recommended, in this order; otherwise the items that occur.
    strict : bool
        Whether only `known` items count, so that interactions with others are left out and that is said.

    Raises
    ------
    VaeworksError
        For missing ids, for ratings that are negative or NaN, and where nothing is left.
    """
    import numpy as np

    people, things = ids_of(users, "user"), ids_of(items, "item")
    if not len(people):
        raise VaeworksError("there are no interactions: give at least one row of user and item")
    chosen, kept = above(ratings, keep, len(people))
    names, owners = np.unique(people, return_inverse=True)
    members, catalogue = numbered(things, known, strict)
    if (missing := int((members[chosen] < 0).sum())) > 0:
        log.warning("%s interactions are left out: the model does not know their items", f"{missing:,}")
    chosen &= members >= 0
    stamps = None if times is None else moments(times)
    order = np.flatnonzero(chosen)
    if stamps is not None:
        order = order[np.argsort(stamps[order], kind="stable")]
    order = without_twins(order, owners, members, len(catalogue))
    order = order[np.argsort(owners[order], kind="stable")]
    present = np.unique(owners[order])
    if not len(present):
        raise VaeworksError(f"no interaction is left ({kept}): give others, or another --keep")
    if (gone := len(names) - len(present)) > 0:
        log.warning("%s users have no interaction that is kept, and are left out", f"{gone:,}")
    counts = np.bincount(owners[order], minlength=len(names))[present]
    found = Interactions(
        [native(names[user]) for user in present],
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        members[order].astype(np.int32),
        catalogue,
        None if stamps is None else stamps[order],
        None,
        kept,
    )
    return found if known is not None else occurring(found)


def ids_of(values: Any, what: str) -> "np.ndarray":
    """Ids as an array of integers or of words; whole numbers that came as reals are integers."""
    import numpy as np

    listed = values.to_pylist() if hasattr(values, "to_pylist") else values
    array = np.asarray(listed)
    if array.dtype.kind == "f":
        if not np.isfinite(array).all() or (array != np.floor(array)).any():
            raise VaeworksError(f"a {what} id is missing or is no whole number: give every row the id of its {what}")
        return array.astype(np.int64)
    if array.dtype.kind in "iu":
        return array.astype(np.int64)
    words = [value if isinstance(value, str) else str(value) for value in array.tolist()]
    if any(value is None or value != value or value == "" for value in array.tolist()):
        raise VaeworksError(f"a {what} id is missing: give every row the id of its {what}")
    return np.asarray(words)


def native(value: Any) -> Any:
    """The id as JSON holds it."""
    return value.item() if hasattr(value, "item") else value


def above(ratings: Any, keep: float | None, count: int) -> "tuple[np.ndarray, str]":
    """Which interactions are kept, and that in words."""
    import numpy as np

    if ratings is None:
        if keep is not None:
            raise VaeworksError("keep needs ratings, and there are none: name their column with --rating")
        return np.ones(count, dtype=bool), f"all {count:,} interactions"
    try:
        numbers = np.asarray(ratings.to_pylist() if hasattr(ratings, "to_pylist") else ratings, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise VaeworksError("a rating is no number: give numbers, or leave out --rating") from error
    if np.isnan(numbers).any():
        raise VaeworksError(f"{int(np.isnan(numbers).sum()):,} ratings are missing (NaN): fill them or leave them out")
    if (numbers < 0).any():
        raise VaeworksError(f"a rating is negative ({numbers.min():g}): ratings and counts are 0 or more")
    chosen = numbers > 0 if keep is None else numbers >= keep
    which = "those above 0" if keep is None else f"ratings of at least {keep:g}"
    if not chosen.any():
        raise VaeworksError(
            f"no rating is kept: the highest is {numbers.max():g}, and {which} count: give a lower --keep"
        )
    if not chosen.all():
        log.warning("kept %s of %s interactions: %s", f"{int(chosen.sum()):,}", f"{count:,}", which)
    return chosen, f"{int(chosen.sum()):,} of {count:,} interactions, {which}"


def numbered(things: "np.ndarray", known: Items | None, strict: bool) -> "tuple[np.ndarray, Items]":
    """The number of the item of each interaction, -1 of one that is not among those known; and the items."""
    import numpy as np

    own, place = np.unique(things, return_inverse=True)
    if known is None:
        return place, Items([native(each) for each in own])
    numbers = {str(each): number for number, each in enumerate(known.ids)}
    listed, extra = dict(known.columns), [] if strict else [native(each) for each in own if str(each) not in numbers]
    for each in extra:
        numbers[str(each)] = len(numbers)
    found = np.array([numbers.get(str(each), -1) for each in own.tolist()], dtype=np.int64)
    columns = {name: [*values, *[None] * len(extra)] for name, values in listed.items()}
    return found[place], Items([*known.ids, *extra], columns)


def moments(times: Any) -> "np.ndarray":
    """Times as numbers that sort alike."""
    import numpy as np

    listed = times.to_pylist() if hasattr(times, "to_pylist") else list(times)
    if any(moment is None or moment != moment for moment in listed):
        raise VaeworksError("a time is missing: fill it, or leave out --time")
    array = np.asarray(listed)
    return array if array.dtype.kind in "iuf" else np.unique(array, return_inverse=True)[1]


def without_twins(order: "np.ndarray", owners: "np.ndarray", members: "np.ndarray", items: int) -> "np.ndarray":
    """The order with the first of equal pairs only; that there were more is said."""
    import numpy as np

    pairs = owners[order] * np.int64(items) + members[order]
    _, first = np.unique(pairs, return_index=True)
    if (twins := len(order) - len(first)) > 0:
        log.warning("%s rows repeat a user's item, and count once", f"{twins:,}")
    return order[np.sort(first)]


def occurring(found: Interactions) -> Interactions:
    """The same with the items that occur only."""
    from dataclasses import replace

    import numpy as np

    used, members = np.unique(found.members, return_inverse=True)
    return replace(found, members=members.astype(np.int32), items=some_of(found.items, used))


def some_of(items: Items, which: "Sequence[int] | np.ndarray") -> Items:
    """These items in this order."""
    columns = {name: [values[number] for number in which] for name, values in items.columns.items()}
    return Items([items.ids[number] for number in which], columns)
