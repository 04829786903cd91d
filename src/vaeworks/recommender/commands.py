"""The shell verbs of interactions. They import torch only when they run, so that help is quick."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import VaeworksError
from ..options import Count, Local, ending, pairs
from .presets import PRESETS  # noqa: F401  # the table of kinds looks for them here

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..datasets import DataSet
    from .estimator import RecommenderVAE

DATA = "A named set, or a csv, tsv, jsonl or parquet with one interaction a row."
FIT = "a recommender: what else users would like, from who liked what"
EXAMPLES = {
    "fit": (
        "vae fit recommender ml-100k --out models/films",
        "vae fit recommender likes.csv --user u --item i --rating r --keep 4 --out models/likes",
    ),
    "evaluate": ("vae evaluate models/films", "vae evaluate models/films --protocol temporal"),
    "encode": ("vae encode models/films ml-100k --out z.parquet",),
    "report": ("vae report models/films --out report.html",),
}
Where = Annotated[
    list[str] | None,
    typer.Option("--where", metavar="COLUMN=VALUE", help="Only items with this value, as in --where genre=Comedy."),
]


@dataclass(frozen=True)
class Source:
    """How interactions are read."""

    user: Annotated[str | None, typer.Option("--user", help="Column of the users.")] = None
    item: Annotated[str | None, typer.Option("--item", help="Column of the items.")] = None
    rating: Annotated[str | None, typer.Option("--rating", help='Column of ratings or counts; "" for none.')] = None
    time: Annotated[str | None, typer.Option("--time", help='Column of times; "" for none.')] = None
    keep: Annotated[float | None, typer.Option("--keep", help="The lowest rating that is kept.")] = None
    items: Annotated[
        Path | None, typer.Option("--items", help="Table of the items: their ids, title, genre, and what else.")
    ] = None
    data: Local = None

    def load(self, source: str, model: "RecommenderVAE | None" = None) -> "DataSet":
        from ..datasets import load_interactions

        items = None if self.items is None else Path(self.items)
        return load_interactions(
            source,
            user=self.user,
            item=self.item,
            rating=self.rating,
            time=self.time,
            keep=self.keep,
            items=items,
            data=self.data,
        )


@dataclass(frozen=True)
class Judging:
    """How a recommender is judged."""

    protocol: Annotated[
        str,
        typer.Option(
            "--protocol",
            metavar="strong|weak|temporal",
            help="strong: users that are new to the model. weak, temporal: a new model is fitted to all "
            "histories without a fifth of each or the last fifth of all.",
        ),
    ] = "strong"


def recommend(
    model: "RecommenderVAE",
    more: Annotated[
        list[str] | None, typer.Argument(metavar="[ITEM]...", help="Further items behind the one after --liked.")
    ] = None,
    user: Annotated[list[str] | None, typer.Option("--user", help="A user of the fit.")] = None,
    liked: Annotated[
        list[str] | None, typer.Option("--liked", help="What someone new likes, by id or title; several may follow.")
    ] = None,
    everyone: Annotated[bool, typer.Option("--all", help="Lists of all users; --out says where to.")] = False,
    n: Count = 10,
    where: Where = None,
    seen: Annotated[bool, typer.Option("--seen", help="Recommend what a user has already, too.")] = False,
    histories: Annotated[
        Path | None,
        typer.Option("--histories", help="With --all: a file or a folder of parquet files with the users to serve."),
    ] = None,
    ray: Annotated[
        bool, typer.Option("--ray", help="With --all: by Ray, on its cluster or all cores; --out is then a folder.")
    ] = False,
    out: Annotated[Path | None, typer.Option("--out", help="A parquet for the lists of all.")] = None,
) -> dict:
    """Recommend to a user, to someone new, or to all: the best items, and which of their own weigh most.

    Examples:

      vae recommend models/films --user 42 -n 10

      vae recommend models/films --liked "Alien (1979)" "Blade Runner (1982)" --where genre=Comedy

      vae recommend models/films --all --out top10.parquet

      vae recommend models/films --all --ray --histories shards/ --out lists/
    """
    given = [name for name, said in {"--user": user, "--liked": liked, "--all": everyone}.items() if said]
    if len(given) != 1:
        raise VaeworksError("say to whom: give one of --user, --liked and --all")
    if more and not liked:
        raise VaeworksError(f"{more[0]!r} stands alone: put --liked before the first item that someone new likes")
    candidates = _candidates(model, where)
    if everyone:
        return _lists(model, histories, ray, out, (n, not seen, candidates))
    only = [name for name, said in {"--out": out, "--histories": histories, "--ray": ray}.items() if said]
    if only:
        raise VaeworksError(f"{only[0]} is for the lists of --all: leave it out")
    if liked:
        return {"rows": model.recommend_for([*liked, *(more or [])], n, candidates, why=True)}
    lists = model.recommend(user, n, not seen, candidates, why=True)
    if len(lists) == 1:
        return {"rows": lists[0]}
    return {"rows": [{"user": own, **row} for own, rows in zip(user or [], lists, strict=True) for row in rows]}


def similar(
    model: "RecommenderVAE",
    item: Annotated[str, typer.Argument(metavar="ITEM", help="Its id or title.")],
    n: Count = 10,
) -> dict:
    """Show the items that go with one: what who has it has more often than others do.

    Examples:

      vae similar models/films "Alien (1979)"
    """
    return {"rows": model.similar(item, n)}


def map(
    model: "RecommenderVAE",
    out: Annotated[Path, typer.Option("--out", help="Picture to write.", callback=ending(".png", ".svg", ".pdf"))],
) -> dict:
    """Draw the items that most users have as a map, coloured by genre where it is known.

    Examples:

      vae map models/films --out films.png
    """
    from ..estimator.maps import write_map
    from .panels import item_map

    found = item_map(model).data
    write_map(found["points"], found["groups"], out)
    return {"points": len(found["points"]), "out": str(out)}


def _candidates(model: "RecommenderVAE", where: list[str] | None) -> list | None:
    if not where:
        return None
    chosen = model.catalogue().having(pairs(where, "--where"))
    return [model.reader_.items.ids[number] for number in chosen]


def _lists(model: "RecommenderVAE", histories: Path | None, ray: bool, out: Path | None, words: tuple) -> dict:
    """Write the lists of all known users, or of those in `histories`."""
    if out is None:
        raise VaeworksError("--all writes a list for each user: say where to with --out, as in --out top10.parquet")
    ending(".parquet")(None if ray else out)
    from ..datasets import load_interactions

    found = model.reader_.histories
    if histories is not None:
        own = model.metrics_["fit"].get("source") or {}
        columns = {name: own.get(name) for name in ("user", "item", "rating", "time", "keep")}
        found = load_interactions(histories, **columns).whole()
    if ray:
        from .clusters import write_lists

        rows = write_lists(model, found, out, *words)
    else:
        n, unseen, candidates = words
        rows = _written(model.lists(n, unseen, candidates, found), out)
    return {"rows_written": rows, "users": len(found), "out": str(out)}


def _written(parts: "Iterable[dict]", out: Path) -> int:
    """Write lists as they are made."""
    import pyarrow as pa
    from pyarrow import parquet

    from ..files import written_whole

    rows, writer = 0, None
    with written_whole(out) as temporary:
        for part in parts:
            table = pa.table(part)
            writer = writer or parquet.ParquetWriter(temporary, table.schema)
            writer.write_table(table)
            rows += table.num_rows
        if writer is not None:
            writer.close()
    return rows
