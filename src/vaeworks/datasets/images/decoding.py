"""One picture file as an array: every mode becomes grey or colour, in the end of 8 bits."""

import logging
import warnings
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import VaeworksError
from ..missing import unreadable

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image

FORMATS = {
    "PNG": (".png",),
    "JPEG": (".jpg", ".jpeg"),
    "WEBP": (".webp",),
    "TIFF": (".tif", ".tiff"),
    "BMP": (".bmp",),
    "GIF": (".gif",),
    "PPM": (".ppm", ".pgm", ".pbm"),
    "JPEG2000": (".jp2",),
    "TGA": (".tga",),
}
ENDINGS = tuple(ending for endings in FORMATS.values() for ending in endings)
LEAST_SIDE = 2
FEWER_BITS, MOST_BITS = 12, 16  # what is kept in 16 bits
log = logging.getLogger(__name__)


def decode(path: Path) -> "np.ndarray":
    """The picture (H, W, C) in a file in 8 bits, turned as its camera was held (EXIF).

    Grey stays grey, 16 bits become 8, anything else (palettes, CMYK) becomes RGB, and what is transparent
    lies on white. Of an animation, it is the first frame.
    """
    return eight_bits(decode_whole(path), path.name)


def decode_whole(path: Path) -> "np.ndarray":
    """The same picture with all its bits, in uint8 or uint16."""
    import numpy as np

    array = np.asarray(read_whole(path))
    if array.dtype != np.uint8:
        if array.min() < 0 or array.max() >= 2**MOST_BITS:
            raise VaeworksError(
                f"{path} holds values from {array.min()} to {array.max()}, and pictures of up to {MOST_BITS} bits are "
                "read: convert it"
            )
        array = array.astype(np.uint16)
    if min(array.shape[:2]) < LEAST_SIDE:
        raise VaeworksError(f"{path} is {sides(array)} pixels, too small for a picture: leave it out")
    return array.reshape(*array.shape[:2], -1)


def read_whole(path: Path) -> "Image":
    from PIL import Image, ImageOps

    try:
        content = path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error
    if not content:
        raise VaeworksError(f"{path} is empty: get it again, or leave it out")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(content), formats=tuple(FORMATS)) as picture:
                return plain(ImageOps.exif_transpose(picture))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise VaeworksError(
            f"{path} has more than {Image.MAX_IMAGE_PIXELS:,} pixels, too many for one picture: make it smaller first"
        ) from error
    except Image.UnidentifiedImageError as error:
        raise VaeworksError(f"{path} is no picture of a known format, whatever its name says: leave it out") from error
    except Exception as error:  # damaged files make Pillow raise almost anything
        raise VaeworksError(f"{path} is damaged ({error}): get it again, or leave it out") from error


def plain(picture: "Image") -> "Image":
    """The same picture as grey (8 bits, or 16) or RGB, without transparency."""
    if picture.mode.startswith("I"):
        return picture
    kept = "L" if picture.mode in ("1", "L", "LA", "La") else "RGB"
    return on_white(picture).convert(kept) if picture.has_transparency_data else picture.convert(kept)


def on_white(picture: "Image") -> "Image":
    from PIL import Image

    white = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(white, picture.convert("RGBA"))


def eight_bits(array: "np.ndarray", name: str) -> "np.ndarray":
    """Deeper pictures (uint16) scaled to eight bits by rounding; where all values are of twelve bits, which is said."""
    import numpy as np

    if array.dtype == np.uint8 or not array.size:
        return array
    bits = next(bits for bits in (FEWER_BITS, MOST_BITS) if array.max() < 2**bits)
    if bits == FEWER_BITS:
        log.warning("%s: no value is above %d, so its 16 bits are read as %d", name, 2**bits - 1, bits)
    scale = (2**bits - 1) / 255
    return np.stack([np.rint(each / scale).astype(np.uint8) for each in array])


def fitted(array: "np.ndarray", width: int, height: int) -> "np.ndarray":
    """A picture scaled until it just covers this size, then cropped around its centre."""
    import numpy as np
    from PIL import Image, ImageOps

    plane = array[..., 0] if array.shape[2] == 1 else array
    picture = Image.fromarray(plane if array.dtype == np.uint8 else plane.astype(np.float32))
    found = np.asarray(ImageOps.fit(picture, (width, height))).reshape(height, width, -1)
    return found if array.dtype == np.uint8 else np.rint(found).clip(0, 2**MOST_BITS - 1).astype(array.dtype)


def sides(array: "np.ndarray") -> str:
    """The size of a picture (H, W, ...) in words: width x height, as picture viewers say it."""
    return f"{array.shape[1]} x {array.shape[0]}"
