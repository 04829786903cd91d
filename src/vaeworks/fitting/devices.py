"""Where a model runs: device, precision, processes and threads."""

import logging
import os
from typing import TYPE_CHECKING, Any

import torch

from ..errors import VaeworksError

if TYPE_CHECKING:
    from lightning_fabric import Fabric
    from lightning_fabric.plugins.precision import MixedPrecision


def make_fabric(device: str = "auto", precision: str = "32-true") -> "Fabric":
    """Fabric for one device, or for all processes that `torchrun` started.

    Parameters
    ----------
    device : str
        'auto' (a GPU where there is one), 'cpu', 'cuda', 'mps'.
    precision : str
        '32-true' or 'bf16-mixed'; the distributions stay in float32.
    """
    from lightning_fabric import Fabric  # slow to import, and only fitting needs it

    logging.getLogger("lightning_fabric").setLevel(logging.WARNING)
    processes = int(os.environ.get("WORLD_SIZE", "1"))
    local = int(os.environ.get("LOCAL_WORLD_SIZE", processes))
    accelerator = pick_device(device)
    if accelerator == "cpu" and precision != "32-true" and not torch.ops.mkldnn._is_mkldnn_bf16_supported():
        raise VaeworksError(f"this processor cannot compute in {precision}: use precision 32-true, or a GPU")
    fabric = Fabric(
        accelerator=accelerator,
        devices=local,
        num_nodes=processes // local,
        strategy="auto" if processes == 1 else "ddp_find_unused_parameters_true",  # an adaptive softmax skips some
        plugins=None if precision == "32-true" else mixed(precision, accelerator),
    )
    fabric.launch()
    return fabric


def mixed(precision: str, accelerator: str) -> "MixedPrecision":
    """Mixed precision that leaves a batch as it is: rounded to 8 bits, a target would be another than was observed."""
    from lightning_fabric.plugins.precision import MixedPrecision

    class OfNetworks(MixedPrecision):
        def convert_input(self, data: Any) -> Any:
            return data

    return OfNetworks(precision, accelerator)  # type: ignore[arg-type]


def pick_device(device: str) -> str:
    """The name of a device that this machine has."""
    available = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if device == "auto":
        return next(name for name in ("cuda", "mps", "cpu") if available[name])
    if not available.get(device):
        here = ", ".join(name for name, there in available.items() if there)
        raise VaeworksError(f"there is no device {device!r} here: choose auto or one of {here}")
    return device
