"""The notebook runs from its first cell to its last, without widgets or warnings."""

import re
from pathlib import Path

import pytest

TOUR = Path(__file__).parents[2] / "examples" / "tour.ipynb"


@pytest.fixture(scope="module")
def tour():
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    notebook = nbformat.read(TOUR, as_version=4)
    nbclient.NotebookClient(notebook, timeout=300).execute()
    return notebook


def shown(tour, part):
    """What the cell with this in its code says."""
    [cell] = [cell for cell in tour.cells if cell.cell_type == "code" and part in cell.source]
    return "".join(output["data"].get("text/plain", "") for output in cell.outputs if "data" in output)


@pytest.mark.slow
def test_the_notebook_runs_and_says_what_it_promises(tour):
    assert "The acting is great" in shown(tour, "reconstruct")
    assert "positive" in shown(tour, "reconstruct")
    assert "np.int64(0)" in shown(tour, "holes = ")
    assert float(re.findall(r"0?\.\d+|1\.0", shown(tour, "threes"))[0]) > 0.6
    outputs = [output for cell in tour.cells for output in cell.get("outputs", [])]
    assert [output.text for output in outputs if output.output_type == "stream"] == []
