"""The page is whole, safe and self-contained, and its figures hold the data."""

import base64
import re
import subprocess
import sys
from html.parser import HTMLParser

import matplotlib
import numpy as np
import pytest

from vaeworks.errors import VaeworksError
from vaeworks.estimator.panels import Panel
from vaeworks.report import write_report
from vaeworks.report.figures import FORMS, bars, calibration, drawn, lines, picture, scatter

AXES = {"x_label": "epoch", "y_label": "nats"}
DATA = {
    "lines": {"x": [1, 2, 3], "series": {"train": [9.0, 7.0, 6.0], "validation": [9.5, 8.0, 7.5]}, **AXES},
    "bars": {"values": [2.5, 1.0, 0.25], **AXES},
    "scatter": {"points": np.arange(8.0).reshape(4, 2), "groups": ["b", "a", "b", "b"], **AXES},
    "calibration": {"confidence": [0.55, 0.9], "accuracy": [0.5, 0.95], "count": [10, 30]},
    "picture": {"pixels": np.arange(60, dtype=np.uint8).reshape(4, 5, 3), "alt": "a few colours"},
    "table": {"columns": ["original", "reconstruction"], "rows": [["a good film", "a fine film"]]},
}
EMPTY = {
    "lines": {"x": [], "series": {"train": []}, **AXES},
    "bars": {"values": [], **AXES},
    "scatter": {"points": [], "groups": None, **AXES},
    "calibration": {"confidence": [], "accuracy": [], "count": []},
}


class Page(HTMLParser):
    """Every element with its attributes, and the text outside the style sheet."""

    VOID = ("meta", "img")

    def __init__(self, html):
        super().__init__()
        self.elements, self.open, self.texts = [], [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if data.strip() and self.open[-1] != "style":
            self.texts.append((self.open[-1], data.strip()))

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]

    def text(self, tag):
        return [text for parent, text in self.texts if parent == tag]


def panel(form, data=None, title="A title"):
    return Panel(title, f"How to read {form}.", form, DATA[form] if data is None else data)


def written(tmp_path, *panels, title="A report"):
    write_report(title, list(panels), tmp_path / "report.html")
    return (tmp_path / "report.html").read_text(encoding="utf-8")


def svgs(html):
    return [base64.b64decode(code).decode() for code in re.findall(r'src="data:image/svg\+xml;base64,([^"]+)"', html)]


def test_a_page_of_every_form_shows_each_title_note_and_figure(tmp_path):
    page = Page(written(tmp_path, *(panel(form, title=f"See {form}") for form in DATA)))
    assert page.open == []
    assert page.text("h1") == ["A report"]
    assert page.text("h2") == [f"See {form}" for form in DATA]
    notes = " ".join(page.text("p"))
    assert all(f"How to read {form}." in notes for form in DATA)
    assert len(page.all("img")) == len(FORMS)
    assert page.text("td") == ["a good film", "a fine film"]


def test_neighbouring_figures_share_a_grid_and_a_table_ends_it(tmp_path):
    page = Page(written(tmp_path, panel("table"), panel("lines"), panel("bars"), panel("table"), panel("bars")))
    blocks = [attributes["class"] for _, attributes in page.elements if attributes.get("class") in ("figures", "table")]
    assert blocks == ["table", "figures", "table", "figures"]


def test_the_page_asks_for_nothing_outside_itself(tmp_path):
    html = written(tmp_path, *map(panel, DATA))
    assert not re.search(r"https?:|//[a-z]|@import|url\(", re.sub(r"base64,[^\"]+", "", html))
    sources = [
        attributes[name] for _, attributes in Page(html).elements for name in ("src", "href") if name in attributes
    ]
    assert len(sources) == len(FORMS)
    assert all(source.startswith("data:") for source in sources)
    assert not {"script", "link", "iframe"} & {tag for tag, _ in Page(html).elements}
    policies = [meta["content"] for meta in Page(html).all("meta") if "http-equiv" in meta]
    assert "default-src 'none'" in policies[0]


@pytest.mark.slow
def test_no_figure_asks_for_anything_outside_itself(tmp_path):
    pictures = svgs(written(tmp_path, *map(panel, DATA)))
    links = [link for svg in pictures for link in re.findall(r'href="([^"]*)"', svg)]
    assert len(pictures) == len(FORMS)
    assert links
    assert all(link.startswith(("#", "data:")) for link in links)


def test_texts_are_escaped_wherever_they_stand(tmp_path):
    bad = '"><script>alert(1)</script>'
    table = Panel(bad, bad, "table", {"columns": [bad], "rows": [[bad]]})
    lines_of_bad = panel("lines", {"x": [1], "series": {bad: [1.0]}, "x_label": bad, "y_label": bad}, title=bad)
    page = Page(written(tmp_path, table, lines_of_bad, title=bad))
    assert page.all("script") == []
    assert [page.text(tag) for tag in ("title", "h1", "th", "td", "bdi")] == [[bad]] * 5
    assert bad in page.all("img")[0]["alt"]


def test_every_cell_takes_the_direction_of_its_text(tmp_path):
    page = Page(written(tmp_path, panel("table", {"columns": ["text"], "rows": [["فيلم جميل"], ["a film"]]})))
    assert page.text("td") == ["فيلم جميل", "a film"]
    assert all(cell == {"dir": "auto"} for cell in page.all("td"))


def test_a_table_without_rows_says_so(tmp_path):
    page = Page(written(tmp_path, panel("table", {"columns": ["text"], "rows": []})))
    assert page.all("table") == []
    assert "Nothing to show." in page.text("p")


def test_zero_is_a_cell_and_none_an_empty_one(tmp_path):
    html = written(tmp_path, panel("table", {"columns": ["a", "b", "c"], "rows": [[0, None, 0.5]]}))
    assert re.findall(r"<td[^>]*>(.*?)</td>", html) == ["0", "", "0.5"]


def test_half_a_character_does_not_stop_the_page(tmp_path):
    assert "before&#55357;after" in written(
        tmp_path, panel("table", {"columns": ["a"], "rows": [["before\ud83dafter"]]})
    )


def test_a_report_without_panels_is_a_page(tmp_path):
    assert Page(written(tmp_path)).text("h1") == ["A report"]


def test_lines_hold_each_series():
    drawing = lines(DATA["lines"])
    curves = drawing.figure.axes[0].lines
    assert [curve.get_xdata().tolist() for curve in curves] == [[1, 2, 3]] * 2
    assert [curve.get_ydata().tolist() for curve in curves] == [[9, 7, 6], [9.5, 8, 7.5]]
    assert [look.name for look in drawing.key] == ["train", "validation"]
    assert [look.colour for look in drawing.key] == [curve.get_color() for curve in curves]
    assert "train from 9 to 6" in drawing.alt


def test_a_missing_value_is_a_gap_in_its_line():
    curve = lines({**DATA["lines"], "series": {"train": [1.0, None, 3.0]}}).figure.axes[0].lines[0]
    assert np.isnan(curve.get_ydata()).tolist() == [False, True, False]


def test_bars_hold_each_value_from_unit_one():
    patches = bars(DATA["bars"]).figure.axes[0].patches
    assert [bar.get_height() for bar in patches] == [2.5, 1.0, 0.25]
    assert [bar.get_x() + bar.get_width() / 2 for bar in patches] == pytest.approx([1, 2, 3])


def test_scatter_holds_the_points_of_each_group():
    drawing = scatter(DATA["scatter"])
    a, b = drawing.figure.axes[0].collections
    assert a.get_offsets().tolist() == [[2, 3]]
    assert b.get_offsets().tolist() == [[0, 1], [4, 5], [6, 7]]
    assert [look.name for look in drawing.key] == ["a", "b"]
    assert a.get_zorder() > b.get_zorder()


@pytest.mark.parametrize("channels", [1, 3])
def test_a_picture_holds_its_pixels(channels):
    pixels = np.random.default_rng(0).integers(0, 256, (4, 5, channels)).astype(np.uint8)
    drawing = picture({"pixels": pixels, "alt": "noise"})
    [shown] = drawing.figure.axes[0].images
    np.testing.assert_array_equal(np.asarray(shown.get_array()).reshape(pixels.shape), pixels)
    assert (shown.get_clim(), drawing.alt) == ((0, 255), "noise")


def test_calibration_holds_the_bins_and_the_expected_error():
    drawing = calibration(DATA["calibration"])
    upper, lower = drawing.figure.axes
    assert upper.lines[0].get_xydata().tolist() == [[0, 0], [1, 1]]
    assert upper.lines[1].get_xydata().tolist() == [[0.55, 0.5], [0.9, 0.95]]
    assert [bar.get_height() for bar in lower.patches] == [10, 30]
    assert drawing.remark == "Expected calibration error 0.050 over 40 examples."


@pytest.mark.parametrize("form", ["lines", "bars", "scatter"])
def test_axes_are_labelled_as_the_panel_says(form):
    axes = FORMS[form](DATA[form]).figure.axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("epoch", "nats")


def test_points_without_groups_are_all_drawn_without_a_key():
    drawing = scatter({**DATA["scatter"], "groups": None})
    assert len(drawing.figure.axes[0].collections[0].get_offsets()) == 4
    assert drawing.key == []


def test_twenty_groups_look_different_in_their_natural_order():
    drawing = scatter({**AXES, "points": np.zeros((20, 2)), "groups": [f"class {i}" for i in reversed(range(20))]})
    assert [look.name for look in drawing.key] == [f"class {i}" for i in range(20)]
    assert len({(look.colour, look.marker) for look in drawing.key}) == 20


def test_more_than_twenty_groups_share_one_colour_and_the_page_says_so(tmp_path):
    data = {**AXES, "points": np.zeros((21, 2)), "groups": list(range(21))}
    assert len(scatter(data).figure.axes[0].collections) == 1
    page = Page(written(tmp_path, panel("scatter", data)))
    assert "21 groups are too many" in page.text("p")[0]
    assert page.all("ul") == []


@pytest.mark.parametrize("form", EMPTY)
def test_an_empty_figure_says_that_there_is_nothing(form, tmp_path):
    (svg,) = svgs(written(tmp_path, panel(form, EMPTY[form])))
    assert "nothing to show" in svg
    assert "nothing to show" not in svgs(written(tmp_path, panel(form)))[0]


def test_one_point_and_one_epoch_are_drawn(tmp_path):
    one = panel("scatter", {"points": [[1.0, 2.0]], "groups": ["a"], **AXES})
    epoch = panel("lines", {"x": [1], "series": {"train": [3.0]}, **AXES})
    _, svg = svgs(written(tmp_path, one, epoch))
    ticks = re.findall(r"<text[^>]*>([^<]*)</text>", svg)
    assert ticks[: ticks.index("epoch")] == ["1"]


def test_three_thousand_points_in_twenty_groups_are_one_small_picture(tmp_path):
    rng = np.random.default_rng(0)
    data = {**AXES, "points": rng.normal(size=(3000, 2)), "groups": rng.integers(0, 20, 3000)}
    html = written(tmp_path, panel("scatter", data))
    assert len(html) < 500_000
    assert svgs(html)[0].count("<image") == 1


def test_an_axis_label_in_any_script_or_with_dollars_is_kept_as_written(tmp_path):
    (svg,) = svgs(written(tmp_path, panel("bars", {"values": [1.0], "x_label": "単位", "y_label": "$5 to $10"})))
    labels = re.findall(r"<text[^>]*>([^<]*)</text>", svg)
    assert "単位" in labels
    assert "$5 to $10" in labels


def test_the_users_own_plot_settings_neither_change_a_figure_nor_are_changed():
    plain = drawn("lines", DATA["lines"]).source
    with matplotlib.rc_context({"lines.linewidth": 9, "axes.facecolor": "red"}):
        assert drawn("lines", DATA["lines"]).source == plain
        assert matplotlib.rcParams["lines.linewidth"] == 9


def test_an_unknown_form_is_refused_with_the_forms_there_are(tmp_path):
    with pytest.raises(VaeworksError) as caught:
        written(tmp_path, Panel("Shares", "", "pie", {}))
    assert str(caught.value) == (
        "panel 'Shares' has the unknown form 'pie': use one of lines, bars, scatter, calibration, picture, table"
    )


def test_a_failing_page_leaves_the_old_one_alone(tmp_path):
    old = written(tmp_path, panel("lines"))
    with pytest.raises(VaeworksError):
        written(tmp_path, panel("bars"), Panel("Shares", "", "pie", {}))
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == old
    assert [file.name for file in tmp_path.iterdir()] == ["report.html"]


def test_a_write_that_stops_half_way_leaves_the_old_page_alone(tmp_path, monkeypatch):
    old = written(tmp_path, panel("lines"))

    def full(file, text, **_):
        file.write_bytes(text.encode()[:10])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("pathlib.Path.write_text", full)
        with pytest.raises(VaeworksError, match="no space left on device"):
            write_report("New", [], tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == old
    assert [file.name for file in tmp_path.iterdir()] == ["report.html"]


@pytest.mark.slow
def test_importing_the_room_is_cheap_and_writing_needs_no_torch_and_no_pyplot(tmp_path):
    code = f"""
import sys
from types import SimpleNamespace
from vaeworks.report import write_report
heavy = {{"torch", "numpy", "matplotlib", "jinja2"}} & set(sys.modules)
assert not heavy, heavy
panel = SimpleNamespace(title="t", note="n", form="bars", data={DATA["bars"]!r})
write_report("t", [panel], {str(tmp_path / "report.html")!r})
heavy = {{"torch", "matplotlib.pyplot"}} & set(sys.modules)
assert not heavy, heavy
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
