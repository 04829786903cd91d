"""Maps survive any name of a class, and fill their frame."""

import numpy as np
import pytest
from PIL import Image

from vaeworks.estimator.maps import write_map

NAMES = ["$5 to $10_", r"$\bad$^", "_hidden", "plain"]


def ink(path):
    with Image.open(path) as picture:
        pixels = np.asarray(picture.convert("RGB")).astype(int)
    return pixels.reshape(*pixels.shape[:2], 3)


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_names_stand_to_the_letter(tmp_path, suffix):
    codes = np.random.default_rng(0).normal(size=(80, 2))
    write_map(codes, [NAMES[row % 4] for row in range(80)], tmp_path / f"map.{suffix}")
    assert (tmp_path / f"map.{suffix}").stat().st_size > 1000


def test_the_legend_has_every_class_also_one_that_begins_with_a_line(tmp_path):
    codes = np.zeros((8, 2))
    codes[:4] = 5.0
    write_map(codes, ["_a"] * 4 + ["b"] * 4, tmp_path / "map.png")
    blue = (np.abs(ink(tmp_path / "map.png") - [31, 119, 180]).sum(-1) < 30).nonzero()[1]
    assert np.ptp(blue) > 50  # the points, and their sign in the legend


def test_signs_that_no_font_has_are_said(tmp_path, caplog):
    write_map(np.eye(2), ["\U0001fae8", "b"], tmp_path / "map.png")
    assert "no font of this machine" in caplog.text


@pytest.mark.parametrize("spread", [(5, 1), (1, 1), (1, 2)])
def test_points_fill_the_frame_and_keep_their_distances(tmp_path, spread):
    corners = np.array([[0, 0], [0, 1], [1, 0], [1, 1], [0.5, 0.5]]) * spread
    write_map(corners, None, tmp_path / "map.png")
    grey = np.abs(ink(tmp_path / "map.png") - 153).sum(-1) < 6
    for axis in (0, 1):  # points are thick, the edges of letters are not
        grey = grey & np.roll(grey, 2, axis) & np.roll(grey, -2, axis)
    rows, columns = (np.ptp(place) for place in grey.nonzero())
    assert columns / rows == pytest.approx(spread[0] / spread[1], rel=0.1)
    assert max(rows / grey.shape[0], columns / grey.shape[1]) > 0.7
