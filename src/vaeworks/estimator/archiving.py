"""What every model that can write pictures to a file shares: `compress` and `decompress`."""

from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from ..coding.container import DIGEST, Archive, Block, Item, packed, unpacked
from ..errors import VaeworksError
from ..progress import counted_by


class Compressing:
    """A model of pictures that is a codec."""

    kind: ClassVar[str]
    verbose: bool
    origin_ = ""  # the folder or name that it was loaded from

    @abstractmethod
    def digest(self) -> bytes:
        """8 bytes of what decides the streams: equal ones read each other's."""

    blocks: Callable[..., Iterator[tuple[int, bytes]]]
    """`blocks(X, **how)`: how many of the pictures are in a block, and its payload, in order."""

    @abstractmethod
    def pictures(self, block: Block) -> list[np.ndarray]:
        """The pictures (H, W, C) of a block."""

    def pictures_of(self, blocks: Sequence[Block]) -> Iterator[list[np.ndarray]]:
        """The same of several blocks; a kind that is faster with many at once says so."""
        return map(self.pictures, blocks)

    def compress(self, X: Any, **how: Any) -> bytes:
        """Pictures as the content of a file, which `decompress` and `vae decompress` read.

        Parameters
        ----------
        X : sequence of uint8 arrays (H, W) or (H, W, C)
        how
            As the kind has it, such as `quality`.

        Raises
        ------
        VaeworksError
            For pictures that the model cannot write.
        """
        if isinstance(X, np.ndarray) and X.ndim == 3 and X.shape[-1] in (1, 3):
            raise VaeworksError(f"an array {X.shape} may be one picture or many grey ones: give a list of pictures")
        named = [(f"{number:06d}.png", b"") for number in range(len(X))]
        return packed(self.archive(X, named, **how))

    def decompress(self, content: bytes) -> list[np.ndarray]:
        """The pictures of a file's content, uint8 arrays (H, W, C).

        Raises
        ------
        VaeworksError
            For what is damaged, or was written by another model.
        """
        archive = unpacked(content, "this content")
        if archive.digest != self.digest()[:DIGEST]:
            raise VaeworksError(f"this content was written by another model ({said(archive)}): load that one")
        return [picture for found in self.pictures_of(archive.blocks) for picture in found]

    def archive(self, X: Any, named: Sequence[tuple[str, bytes]], **how: Any) -> Archive:
        """Pictures, the name of each and what is kept with it, as an archive."""
        where = Path(self.origin_)
        name = where.name if where.is_absolute() else where.as_posix()  # nobody need know our folders
        archive, place = Archive(self.kind, name if self.origin_ else "", self.digest()[:DIGEST]), 0
        blocks = self.blocks(X, **how)
        if self.verbose and len(X) > 1:
            blocks = counted_by(blocks, len(X), "pictures", lambda block: block[0])
        for count, payload in blocks:
            rows = range(place, place + count)
            items = [Item(named[row][0], *shape_of(X[row]), named[row][1]) for row in rows]
            archive.blocks.append(Block(items, payload))
            place += count
        return archive


def shape_of(picture: Any) -> tuple[int, int, int]:
    """Height, width and channels."""
    shape = np.shape(picture)
    return shape[0], shape[1], shape[2] if len(shape) == 3 else 1


def said(archive: Archive) -> str:
    """The model that an archive needs."""
    return f"{archive.model or 'a model'} of kind {archive.kind}, digest {archive.digest.hex()}"
