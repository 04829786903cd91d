"""What a report shows of a translator beside the usual."""

from typing import Any

from ..estimator.panels import Panel

SHOWN, OTHERS = 12, 3


def pair_panels(estimator: Any, sources: list[str], targets: list[str]) -> list[Panel]:
    """Translations beside the true targets, and others from draws of z."""
    first, true = sources[:SHOWN], targets[:SHOWN]
    found = estimator.alternatives(first, n=OTHERS)
    rows = [
        [one, other, *texts, *[""] * (OTHERS - len(texts))]
        for one, other, texts in zip(first, true, found, strict=True)
    ]
    note = "The first is decoded at the prior's mean, the others from draws of z."
    columns = ["source", "target", "found", *["another"] * (OTHERS - 1)]
    return [Panel("Translations", note, "table", {"columns": columns, "rows": rows})]
