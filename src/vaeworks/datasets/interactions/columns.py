"""Which columns of a table are the user, the item, the rating and the time."""

from collections.abc import Sequence

from ...errors import MissingColumnError

USUAL = {
    "user": ("user", "user_id", "userid", "user_id:token", "uid"),
    "item": ("item", "item_id", "itemid", "item_id:token", "iid", "movie_id", "movieid", "film"),
    "rating": ("rating", "rating:float", "ratings", "stars", "count"),
    "time": ("time", "timestamp", "timestamp:float", "date"),
}


def named_columns(
    name: str,
    columns: Sequence[str],
    user: str | None = None,
    item: str | None = None,
    rating: str | None = None,
    time: str | None = None,
) -> tuple[str, str, str | None, str | None]:
    """The four columns, by what is said or else by their usual names; "" says that there is none.

    Raises
    ------
    MissingColumnError
    """
    found = {}
    for what, said in {"user": user, "item": item, "rating": rating, "time": time}.items():
        usual = next((column for column in columns if column.lower() in USUAL[what]), None)
        found[what] = usual if said is None else said or None
        needed = what in ("user", "item")
        if (found[what] is None and needed) or (found[what] is not None and found[what] not in columns):
            raise MissingColumnError(
                f"{name} has no column {said or what!r}. Its columns are: {', '.join(columns)}. "
                f"Name the one of the {what} with --{what}"
            )
    return found["user"], found["item"], found["rating"], found["time"]  # type: ignore[return-value]
