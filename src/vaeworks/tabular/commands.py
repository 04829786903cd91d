"""The shell verbs of tables. They import torch only when they run, so that help is quick."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import VaeworksError
from ..options import Count, Encoding, Label, Local, OfLabel, Origin, RowsOut, TableOut, ending, pairs
from .presets import PRESETS  # noqa: F401  # the table of kinds looks for them here

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from ..datasets import DataSet
    from .estimator import TabularVAE

AT_ONCE = 20_000  # rows
DATA = "A named set, or a csv, tsv, jsonl, parquet, npy or npz."
FIT = "a tabular VAE: a latent code for each row of mixed columns with holes"
EXAMPLES = {
    "fit": (
        "vae fit tabular wine --out models/wine",
        "vae fit tabular people.csv --label income --kind age=real --drop id --out models/people",
        "vae fit tabular digits --latent-dim 2 --out models/map",
    ),
    "evaluate": ("vae evaluate models/wine --samples 500",),
    "encode": ("vae encode models/wine wine.csv --out z.parquet",),
    "report": ("vae report models/wine --out report.html",),
}
Rows = Annotated[str, typer.Argument(metavar="DATA", help=DATA)]


@dataclass(frozen=True)
class Source:
    """How tables are read."""

    label: Label = None
    encoding: Encoding = "utf-8"
    drop: Annotated[list[str] | None, typer.Option("--drop", metavar="COLUMN", help="Leave out this column.")] = None
    keep: Annotated[
        list[str] | None,
        typer.Option("--keep", metavar="COLUMN", help="Model this column of a file although it names rows."),
    ] = None
    words: Annotated[
        list[str] | None,
        typer.Option("--words", metavar="COLUMN", help="Read this column of a csv or tsv as words, not as numbers."),
    ] = None
    data: Local = None

    def load(self, source: str, model: "TabularVAE | None" = None) -> "DataSet":
        """The table, whose columns are words where the model that is to read it has words, and only those it knows."""
        from ..datasets import is_named, load_table
        from ..datasets.tables.mending import identifiers_of, indices_of
        from ..datasets.tables.tables import only, without

        found = load_table(
            source,
            label=self.label,
            encoding=self.encoding,
            data=self.data,
            words=[*(self.words or []), *([] if model is None else _words(model))],
            drop=(self.drop or []) if model is None else (),
        )
        if model is not None:
            return only(found, self._left(column.name for column in model.reader_.columns))
        if is_named(source):
            return found
        table = found.whole().table
        found = without(found, indices_of(found.name, table))
        return without(found, identifiers_of(found.name, found.whole().table, self.keep or []))

    def _left(self, names: Iterable[str]) -> list[str]:
        """The columns of a model, none of which can be left out."""
        names = list(names)
        read = next((name for name in self.drop or [] if name in names), None)
        if read is not None:
            raise VaeworksError(f"the model reads column {read!r}, so it cannot be left out: leave out --drop {read}")
        return names


def predict(
    model: "TabularVAE", source: Rows, out: RowsOut = None, encoding: Encoding = "utf-8", data: Local = None
) -> dict:
    """Predict the label of every row.

    Examples:

      vae predict models/wine new.csv

      vae predict models/wine new.csv --out labelled.parquet
    """
    model.require_labels()
    return _answered(model, _whole(model, source, encoding, data), model.predictions, out)


def decode(
    model: "TabularVAE",
    codes: Annotated[Path, typer.Argument(metavar="CODES", help="A csv, parquet or npz that encode wrote.")],
    out: TableOut,
) -> dict:
    """Write the row that each latent code stands for.

    Examples:

      vae decode models/wine z.parquet --out wine2.csv
    """
    import numpy as np

    from ..datasets.tables.files import read_table
    from ..storage.rows import write_drawn

    found, units = read_table(codes), list(model.get_feature_names_out())
    if set(units) <= set(found.column_names):  # encode wrote it, perhaps with ids
        found = found.select(units)
    numbers = np.column_stack([column.to_numpy() for column in found.columns])
    return write_drawn(_as_arrow(model.decode(numbers), model), out)


def impute(
    model: "TabularVAE",
    source: Rows,
    out: TableOut,
    samples: Annotated[int, typer.Option(min=1, help="Draws of z, weighed by importance.")] = 100,
    encoding: Encoding = "utf-8",
    data: Local = None,
) -> dict:
    """Fill the holes of a table with what the model expects there; all else stays as it is, other columns too.

    From one csv or tsv into another, every cell that is no hole stays byte for byte; from a jsonl, every word.

    Examples:

      vae impute models/wine holes.csv --out full.csv
    """
    from ..datasets import is_named, load_table
    from ..datasets.tables.tables import only
    from .learning import holes_of

    found = load_table(source, label="", encoding=encoding, data=data, words=_words(model))
    table = only(found, [column.name for column in model.reader_.columns]).whole().table
    full = model.impute(table, samples=samples)
    holes = {name: own for name, own in holes_of(table, model.reader_.columns).items() if own.any()}
    counts = {name: int(own.sum()) for name, own in holes.items()}
    said = {"holes_filled": sum(counts.values()), "holes_by_column": counts}
    return {
        **said,
        **_filled(found.whole().table, full, holes, None if is_named(source) else Path(source), encoding, out),
    }


def anomalies(
    model: "TabularVAE",
    source: Rows,
    top: Annotated[int, typer.Option(min=1, help="How many to show, the least expected first.")] = 20,
    out: RowsOut = None,
    encoding: Encoding = "utf-8",
    data: Local = None,
) -> dict:
    """Show the rows that the model expects least, by the negative bound on log p(row) in nats, and what is odd in them.

    Examples:

      vae anomalies models/wine new.csv --top 20

      vae anomalies models/wine new.csv --out scores.csv
    """
    import numpy as np

    whole, read = _whole(model, source, encoding, data)
    found: list[np.ndarray] = []

    def scored(rows: "pa.Table") -> "np.ndarray":
        found.append(model.anomaly_score(rows))
        return found[-1]

    def odd(rows: "pa.Table") -> list[dict]:
        return _oddness(model, rows, scored(rows))

    written = {} if out is None else _answered(model, (whole, read), odd, out)
    scores = scored(read) if out is None else np.concatenate(found)
    worst = scores.argsort(kind="stable")[::-1][:top]
    ids = whole.select([name for name in whole.column_names if name not in read.column_names]).take(worst)
    own = ids.to_pylist() if ids.num_columns else [{}] * len(worst)
    said = zip(worst, own, _oddness(model, read.take(worst), scores[worst]), strict=True)
    return {"rows": [{"row": int(row), **names, **answer} for row, names, answer in said], **written}


def sample(
    model: "TabularVAE",
    out: TableOut,
    n: Count = 1000,
    label: OfLabel = None,
    where: Annotated[
        list[str] | None, typer.Option(metavar="COLUMN=VALUE", help="Draw rows with this value, or of this label.")
    ] = None,
    prior: Origin = "auto",
    seed: int = 0,
) -> dict:
    """Draw new rows, with labels where the model has some.

    Examples:

      vae sample models/wine -n 1000 --label 1 --out synthetic.csv

      vae sample models/wine --where alcohol=13 --out strong.csv
    """
    from ..storage.rows import write_drawn

    given = pairs(where or [], "--where")
    own = [column.name for column in model.reader_.columns]
    if label is None and model.label_name not in own:
        label = given.pop(model.label_name, None)
    labelled = model.reader_.classes is not None
    drawn = model.sample(n, model.class_named(label), given or None, seed, prior, labels=labelled)
    if not labelled:
        return write_drawn(_as_arrow(drawn, model), out)
    table, labels = drawn
    return write_drawn(_as_arrow(table, model).append_column(model.label_name, [labels.tolist()]), out)


def map(
    model: "TabularVAE",
    out: Annotated[Path, typer.Option("--out", help="Picture to write.", callback=ending(".png", ".svg", ".pdf"))],
    source: Annotated[
        str | None, typer.Argument(metavar="[DATA]", help="As for fit; by default what it was fitted on.")
    ] = None,
    data: Local = None,
) -> dict:
    """Draw the codes of rows as a map, on their first two principal components where there are more units than two.

    Examples:

      vae map models/map --out map.png
    """
    from ..estimator.maps import write_map
    from ..storage.sources import read_alike, read_own

    reading = Source(data=data)
    found = read_own(model, reading) if source is None else read_alike(model, source, reading)
    part = found.whole()
    write_map(model.transform(part.X), part.y, out)
    return {"points": len(part), "out": str(out), "dataset": found.name, "split": ", ".join(found.splits)}


def _whole(model: "TabularVAE", source: str, encoding: str, data: Path | None) -> "tuple[pa.Table, pa.Table]":
    """A table as it is written, and its rows in the columns that the model knows."""
    from ..datasets import is_named
    from ..datasets.tables.files import read_as_written
    from ..storage.sources import read_alike

    found = read_alike(model, source, Source(encoding=encoding, data=data))
    rows = found.whole()
    if not is_named(source):
        return read_as_written(Path(source), encoding), rows.X
    return rows.X if rows.y is None else rows.X.append_column(found.label_name or "label", [rows.y]), rows.X


def _oddness(model: "TabularVAE", rows: "pa.Table", scores: "np.ndarray") -> list[dict]:
    """The score of each row, and which columns make it odd."""
    from .oddness import reasons

    expected = _as_arrow(model.decode(model.transform(rows)), model)
    because = reasons(model.reader_.columns, rows, expected, model.surprises(rows))
    return [{"anomaly_score": float(score), "because": each} for score, each in zip(scores, because, strict=True)]


def _answered(
    model: "TabularVAE", rows: "tuple[pa.Table, pa.Table]", answer: "Callable[[pa.Table], list[dict]]", out: Path | None
) -> dict:
    """The rows, as `_whole` gives them, with what is said of each; or how many were written, part by part."""
    from ..progress import counted_by
    from ..storage.answers import beside
    from ..storage.rows import write_rows

    whole, read = rows
    parts: Iterable[pa.Table] = (read.slice(start, AT_ONCE) for start in range(0, read.num_rows, AT_ONCE))
    if model.verbose and read.num_rows > AT_ONCE:
        model.set_params(verbose=False)
        parts = counted_by(parts, read.num_rows, "rows", len)
    answers = (each for part in parts for each in answer(part))
    if out is None:
        return {"rows": ({"row": row, **each} for row, each in enumerate(answers))}
    every = (row for batch in whole.to_batches(AT_ONCE) for row in batch.to_pylist())
    written = (beside(row, said) for row, said in zip(every, answers, strict=True))
    return {"rows_written": write_rows(written, out), "out": str(out)}


def _as_arrow(rows: Any, model: "TabularVAE") -> "pa.Table":
    """Rows as the model gives them back, in what it was fitted on."""
    import pyarrow as pa

    if hasattr(rows, "column"):
        return rows
    if hasattr(rows, "to_arrow"):
        return rows.to_arrow()
    if hasattr(rows, "iloc"):
        return pa.Table.from_pandas(rows, preserve_index=False)
    return pa.table({column.name: pa.array(rows[:, place]) for place, column in enumerate(model.reader_.columns)})


def _words(model: "TabularVAE") -> list[str]:
    """The columns whose categories are words."""
    return [column.name for column in model.reader_.columns if any(isinstance(each, str) for each in column.categories)]


def _filled(
    table: "pa.Table", full: "pa.Table", holes: "dict[str, np.ndarray]", source: Path | None, encoding: str, out: Path
) -> dict[str, Any]:
    """Write a table with its holes filled: cell by cell as its file has them, or in the types that were read."""
    from ..datasets.dialects import JSON_LINES, SEPARATORS, dialect_of, form_of
    from ..datasets.tables.cells import filled_file, filled_words
    from ..datasets.tables.files import read_as_written
    from ..files import written_whole
    from ..formulas import Cells
    from ..storage.rows import write_drawn

    places = {name: table.column_names.index(name) for name in holes}
    if source is None or not {form_of(source), form_of(out)} <= SEPARATORS.keys():
        if source is not None and form_of(source) in JSON_LINES and form_of(out) != ".parquet":
            table = read_as_written(source)
        for name, place in places.items():
            column = filled_words(table.column(name), full.column(name))
            table = table.set_column(place, table.field(place).with_type(column.type), column)
        return write_drawn(table, out)
    changes = {places[name]: (rows, full.column(name).filter(rows).to_pylist()) for name, rows in holes.items()}
    dialect = dialect_of(source, encoding)
    separators = dialect.separator, dialect.separator if form_of(out) == form_of(source) else SEPARATORS[form_of(out)]
    cells = Cells()
    content = filled_file(source, separators, table.shape, changes, dialect.encoding, cells.of_bytes)
    cells.tell(out)
    with written_whole(out) as temporary:
        temporary.write_bytes(content)
    return {"rows_written": table.num_rows, "out": str(out)}
