"""The shell verbs of numbers."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..options import Local

DATA = "An npy of rows of numbers."
FIT = "a VAE of rows of numbers, of which the first are given"
EXAMPLES = dict.fromkeys(("fit", "evaluate", "encode", "report"), ("vae fit numbers rows.npy --out models/rows",))


@dataclass(frozen=True)
class Source:
    data: Local = None

    def load(self, source: str, model: Any = None) -> Any:
        import numpy as np

        from ..datasets import DataSet
        from .rows import NumberRows

        return DataSet(Path(source).name, {"all": NumberRows(np.load(source))}, None)


def predict(model: Any, rows: Path) -> dict:
    """Foretell the rest of every row.

    Examples:

      vae predict models/rows rows.npy
    """
    import numpy as np

    return {"rows": [{"foretold": row} for row in model.predict(np.load(rows)).tolist()]}
