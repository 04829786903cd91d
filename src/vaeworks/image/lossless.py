"""Images as bits without loss, and back."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from sklearn.utils.validation import check_is_fitted
from torch import Tensor

from ..coding.blocks import decode, encode, in_blocks
from ..coding.container import Block
from ..core.model import LatentModel
from ..estimator.archiving import Compressing
from .data import ImageReader, as_images
from .twin import ImageTwin, twin_of


class Lossless(Compressing):
    """What an image model adds to be a codec."""

    model_: LatentModel
    reader_: ImageReader

    def twin(self) -> ImageTwin:
        """The fitted model in whole numbers.

        Raises
        ------
        VaeworksError
            For a model whose latents or pixels have no exact code.
        """
        check_is_fitted(self)
        return twin_of(self.model_, self.reader_)

    def digest(self) -> bytes:
        return self.twin().digest()

    def blocks(self, X: Any) -> Iterator[tuple[int, bytes]]:
        """How many images are in a block, and its payload, in order.

        Raises
        ------
        VaeworksError
            For images of another shape, or whose pixels the model does not score.
        """
        twin = self.twin()
        images, highest = self._whole(X)
        pixels = torch.from_numpy(images.copy())
        for coded in encode(twin, in_blocks(twin, pixels)):
            yield coded.images, bytes([highest]) + coded.payload()

    def _whole(self, X: Any) -> tuple[np.ndarray, int]:
        """Pixels as the likelihood scores them, and what its highest value is in X."""
        images = as_images(X)
        if self.reader_.likelihood == "bernoulli" and images.max() == 255 and np.isin(images, (0, 255)).all():
            return self.reader_.pixels(images // 255), 255
        return self.reader_.pixels(images), 1

    def pictures(self, block: Block) -> list[np.ndarray]:
        """The images (H, W, C) of a block."""
        return next(self.pictures_of([block]))

    def pictures_of(self, blocks: Sequence[Block]) -> Iterator[list[np.ndarray]]:
        """The images of each block, which are decoded in step: together they take less time.

        Raises
        ------
        VaeworksError
            For a block that is damaged.
        """
        payloads = [block.payload for block in blocks]
        found = decode(self.twin(), [payload[1:] for payload in payloads], [len(block.items) for block in blocks])
        for payload, images in zip(payloads, found, strict=True):
            yield list(shown(images) * np.uint8(payload[0]))


def shown(images: Tensor) -> np.ndarray:
    return images.permute(0, 2, 3, 1).numpy()
