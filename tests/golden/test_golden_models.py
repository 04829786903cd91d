"""Models that earlier versions saved load for ever, and answer as they did."""

from pathlib import Path

import numpy as np
import pytest

from vaeworks import load

from .cases import CASES, HERE, answers

KEPT = sorted(path.parent for path in HERE.glob("*/answers.npz"))


def test_every_kind_that_was_released_is_kept():
    assert {folder.name.split("-")[0] for folder in KEPT} == CASES.keys()


@pytest.mark.parametrize("folder", KEPT, ids=lambda folder: folder.name)
def test_a_model_of_an_earlier_version_answers_as_it_did(folder: Path):
    kind = folder.name.split("-")[0]
    now = answers(kind, load(folder))
    with np.load(folder / "answers.npz") as then:
        assert now.keys() == set(then.files)
        for name in then.files:
            if then[name].dtype.kind == "U":
                assert now[name].tolist() == then[name].tolist()
            else:
                level = 1 if then[name].dtype == np.uint8 else 1e-4  # a pixel of a lossy file may round either way
                np.testing.assert_allclose(now[name].astype(float), then[name], rtol=1e-4, atol=level, err_msg=name)


@pytest.mark.parametrize(
    "folder", [folder for folder in KEPT if (folder / "stream.vae").exists()], ids=lambda at: at.name
)
def test_a_stream_of_an_earlier_version_is_read_for_ever(folder: Path):
    """To the last symbol; the pixels of a lossy one within a level, since the rest is in floating point."""
    found = np.stack(load(folder).decompress((folder / "stream.vae").read_bytes())).astype(int)
    with np.load(folder / "answers.npz") as then:
        assert np.abs(found - then["decompress"][: len(found)]).max() <= (folder.name.startswith("codec"))
