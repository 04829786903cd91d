"""Parts of a batch: tensors, or tuples and dicts of them, all with one row an example."""

import pytest
import torch
from torch.testing import assert_close

from vaeworks.core.batch import Batch, repeat_rows

IDS, WEIGHTS = torch.arange(15).reshape(5, 3), torch.rand(5, 3)


def made():
    return Batch((IDS, WEIGHTS), condition={"states": WEIGHTS, "mask": IDS > 2}, extra={"group": torch.arange(5)})


def test_a_batch_of_tuples_has_as_many_examples_as_their_tensors_have_rows():
    assert len(made()) == 5
    assert len(Batch(None, condition=(IDS, WEIGHTS))) == 5
    assert len(Batch(None)) == 1


@pytest.mark.parametrize("which", [slice(1, None, 2), torch.tensor([1, 3])], ids=["slice", "index"])
def test_rows_are_taken_from_every_tensor_of_every_part(which):
    some = made().rows(which)
    assert_close(some.input, (IDS[which], WEIGHTS[which]))
    assert_close(some.target, (IDS[which], WEIGHTS[which]))
    assert_close(some.condition, {"states": WEIGHTS[which], "mask": (IDS > 2)[which]})
    assert some.extra["group"].tolist() == [1, 3]


def test_every_part_moves_to_another_device():
    moved = made().to("meta")
    devices = {tensor.device.type for tensor in (*moved.input, *moved.condition.values(), *moved.extra.values())}
    assert devices == {"meta"}


def test_rows_repeat_sample_by_sample_within_tuples_and_dicts():
    [repeated], whole = repeat_rows(({"ids": IDS},), 2), torch.cat([IDS, IDS])
    assert_close(repeated["ids"], whole)


def test_a_part_that_is_no_tensor_is_refused():
    with pytest.raises(TypeError, match="not list"):
        repeat_rows([1, 2], 2)
