"""One HTML page that needs nothing but itself; matplotlib and jinja2 are imported when a page is written."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import VaeworksError
from ..files import written_whole

if TYPE_CHECKING:
    from ..estimator.panels import Panel
    from .figures import Drawing


def write_report(title: str, panels: list[Panel], path: Path | str) -> None:
    """Write panels, in their order, as one self-contained HTML page.

    Parameters
    ----------
    title : str
        The page's heading.
    panels : list of Panel
        Neighbouring figures share a grid; tables take the whole width.
    path : Path or str
        Replaced only when the whole page is ready.

    Raises
    ------
    VaeworksError
        If a panel has a form that nothing here draws, or `path` cannot be written.
    """
    page = rendered(title, panels)
    with written_whole(Path(path)) as temporary:
        temporary.write_text(page, encoding="utf-8", errors="xmlcharrefreplace")  # texts may hold lone surrogates


def rendered(title: str, panels: list[Panel]) -> str:
    """The page as text."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("vaeworks.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html").render(title=title, sections=sections(panels))


def sections(panels: list[Panel]) -> list[list[tuple[Panel, Drawing | None]]]:
    """Panels with their drawings (None for a table), cut wherever figures and tables meet."""
    runs = groupby(panels, key=lambda panel: panel.form == "table")
    return [[(panel, None if tables else drawing(panel)) for panel in run] for tables, run in runs]


def drawing(panel: Panel) -> Drawing:
    """The panel's figure, by its form."""
    from .figures import FORMS, drawn

    if panel.form not in FORMS:
        forms = ", ".join([*FORMS, "table"])
        raise VaeworksError(f"panel {panel.title!r} has the unknown form {panel.form!r}: use one of {forms}")
    return drawn(panel.form, panel.data)
