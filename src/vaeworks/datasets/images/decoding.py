"""One picture file as an array: every mode becomes 8-bit grey or colour."""

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


def decode(path: Path) -> "np.ndarray":
    """The picture (H, W, C) in a file, turned as its camera was held (EXIF).

    Grey stays grey, 16 bits become 8, anything else (palettes, CMYK) becomes RGB, and what is transparent
    lies on white. Of an animation, it is the first frame.
    """
    import numpy as np

    array = np.asarray(read_whole(path))
    if array.dtype != np.uint8:
        array = eight_bits(array)
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


def eight_bits(array: "np.ndarray") -> "np.ndarray":
    """Sixteen bits scaled to eight by rounding."""
    import numpy as np

    return np.rint(array / 257).astype(np.uint8)


def fitted(array: "np.ndarray", width: int, height: int) -> "np.ndarray":
    """A picture scaled until it just covers this size, then cropped around its centre."""
    import numpy as np
    from PIL import Image, ImageOps

    picture = Image.fromarray(array[..., 0] if array.shape[2] == 1 else array)
    return np.asarray(ImageOps.fit(picture, (width, height))).reshape(height, width, -1)


def sides(array: "np.ndarray") -> str:
    """The size of a picture (H, W, ...) in words: width x height, as picture viewers say it."""
    return f"{array.shape[1]} x {array.shape[0]}"
