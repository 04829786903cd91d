"""Parts of a batch: tensors, or tuples and dicts of them, all with one row an example."""

import pytest
import torch
from torch.testing import assert_close

from vaeworks.core.batch import Batch, repeat_rows

from ..toys import damaged_batch

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


def test_the_target_of_a_batch_is_its_input_where_none_is_given():
    batch = Batch(torch.zeros(2, 1))
    assert batch.target is batch.input


@pytest.mark.parametrize("which", [slice(1, 4), torch.tensor([4, 0])])
def test_rows_of_a_batch_are_rows_of_all_its_parts(which):
    batch = damaged_batch()
    batch.labels["label"] = torch.arange(6)
    part = batch.rows(which)
    for name in ("input", "target", "observed", "condition"):
        assert_close(getattr(part, name), getattr(batch, name)[which], equal_nan=True)
    assert_close(part.labels["label"], torch.arange(6)[which])


def test_the_length_of_a_batch_is_that_of_what_it_holds():
    assert len(Batch(None)) == 1
    assert len(Batch(None, condition=torch.zeros(5, 2))) == 5
    assert len(Batch(torch.zeros(3, 2))) == 3


def test_features_repeat_sample_major_in_tuples_and_dicts():
    rows = torch.tensor([[1], [2]])
    repeated = repeat_rows({"a": rows, "b": (rows, None)}, 2)
    assert repeated["a"].flatten().tolist() == repeated["b"][0].flatten().tolist() == [1, 2, 1, 2]
    assert repeated["b"][1] is None


def test_features_of_another_type_are_refused():
    with pytest.raises(TypeError, match="list"):
        repeat_rows([torch.zeros(1)], 2)
