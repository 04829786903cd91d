"""What a picture file holds beside its pixels, as bytes: ICC profile, EXIF, resolution, transparency (without loss)."""

import zlib
from typing import TYPE_CHECKING

from ..coding.container import Packer, Unpacker

if TYPE_CHECKING:
    import numpy as np

    from .files import Picture

ICC, EXIF, DPI, ALPHA = 1, 2, 3, 4


def about(picture: "Picture") -> bytes:
    """Pairs of a number that says what it is, and bytes packed by zlib."""
    packer, kept = Packer(), picture.kept
    parts = {
        ICC: kept.get("icc_profile"),
        EXIF: kept["exif"].tobytes() if "exif" in kept else None,
        DPI: ",".join(str(float(each)) for each in kept["dpi"]).encode() if "dpi" in kept else None,
        ALPHA: None if picture.alpha is None else picture.alpha.tobytes(),
    }
    for what, content in parts.items():
        if content:
            packer.number(what)
            packer.bytes(zlib.compress(content, 9))
    return b"".join(packer.parts)


def kept_of(content: bytes, shape: tuple[int, int]) -> tuple[dict, "np.ndarray | None"]:
    """The inverse: what `write_usual` takes, and the transparency (H, W).

    Raises
    ------
    ValueError
        For bytes that are no such pairs.
    """
    import numpy as np

    fields, parts = Unpacker(content), {}
    while fields.place < len(content):
        what, packed = fields.number(), fields.bytes()
        machine = zlib.decompressobj()
        parts[what] = machine.decompress(packed, max(1 << 24, shape[0] * shape[1] + 1))
    kept = {"icc_profile": parts.get(ICC), "exif": parts.get(EXIF)}
    if DPI in parts:
        kept["dpi"] = tuple(float(each) for each in parts[DPI].split(b","))  # type: ignore[assignment]
    alpha = np.frombuffer(parts[ALPHA], np.uint8).reshape(shape) if ALPHA in parts else None
    return {name: value for name, value in kept.items() if value}, alpha
