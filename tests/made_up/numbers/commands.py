"""The shell's side of numbers: how they are read, and the one verb that they alone have."""

from dataclasses import dataclass

from ..datasets import load_table

DATA, FIT = "A table of numbers.", "a VAE of rows of numbers, of which the first are given"
EXAMPLES = dict.fromkeys(("fit", "evaluate", "encode", "report"), ("vae fit numbers rows.npy --out models/rows",))


@dataclass(frozen=True)
class Source:
    def load(self, source, model=None):
        return load_table(source, label="")


def predict(model, rows: str) -> dict:
    """Foretell the rest of every row.

    Examples:

      vae predict models/rows rows.npy
    """
    return {"rows": [{"foretold": row} for row in model.predict(Source().load(rows).whole().X).tolist()]}
