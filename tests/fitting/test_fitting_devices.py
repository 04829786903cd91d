"""Where to compute."""

import pytest
import torch

from vaeworks.core.batch import Batch
from vaeworks.errors import VaeworksError
from vaeworks.fitting.devices import make_fabric, pick_device

HALF = torch.ops.mkldnn._is_mkldnn_bf16_supported()


def test_a_device_that_is_not_there_is_refused_and_those_that_are_named():
    with pytest.raises(VaeworksError, match=r"'abacus'.*cpu"):
        pick_device("abacus")
    assert pick_device("cpu") == "cpu"
    assert pick_device("auto") in ("cpu", "cuda", "mps")


@pytest.mark.skipif(not HALF, reason="this processor has no half precision")
def test_mixed_precision_leaves_what_a_batch_holds_as_it_was_observed():
    class Asked(torch.nn.Linear):
        def forward(self, batch):
            seen.append((batch.target, super().forward(batch.input).dtype))
            return batch.input

    seen, observed = [], torch.tensor([[1.0, 1000.123]])
    make_fabric("cpu", "bf16-mixed").setup(Asked(2, 2))(Batch(torch.ones(1, 2), target=observed))
    [(target, computed)] = seen
    assert torch.equal(target, observed)
    assert computed == torch.bfloat16
