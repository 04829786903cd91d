"""Copies and near copies of training rows are counted."""

import numpy as np
import pandas as pd
import pytest

from vaeworks import TabularVAE
from vaeworks.tabular.privacy import in_words, privacy

RANDOM = np.random.default_rng(0)
TRAINING, HELD_OUT, OTHERS = (RANDOM.normal(size=(300, 4)) for _ in range(3))


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_copies_are_counted(share):
    drawn = OTHERS.copy()
    drawn[: int(share * 300)] = TRAINING[: int(share * 300)]
    assert privacy(drawn, TRAINING, HELD_OUT)["drawn_copies_share"] == share


@pytest.mark.parametrize("step", [0.01, 1.0])
def test_near_copies_show_in_the_distance(step):
    drawn = TRAINING + step * RANDOM.normal(size=TRAINING.shape)
    nearness = privacy(drawn, TRAINING, HELD_OUT)["drawn_to_held_out_distance"]
    assert (nearness < 0.1) == (step < 0.1)


def test_a_table_that_repeats_itself_has_no_distance():
    few = RANDOM.integers(0, 2, (300, 2)).astype(float)
    figures = privacy(few, few, few)
    assert figures == {"drawn_copies_share": 1.0, "held_out_copies_share": 1.0, "drawn_to_held_out_distance": None}
    assert in_words(figures).endswith("as are 100.0% of the rows that were held out.")


def test_the_card_of_a_model_says_it():
    model = TabularVAE(epochs=2, width=16).fit(pd.DataFrame(TRAINING, columns=list("abcd")))
    assert "Privacy: 0.0% of drawn rows are copies" in model.card()
    assert model.metrics_["fit"]["held_out"]["drawn_to_held_out_distance"] > 0.5
