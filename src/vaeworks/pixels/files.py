"""Picture files with all that belongs to them: depth, transparency, ICC profile, EXIF."""

import logging
import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import VaeworksError
from ..files import said_plainly, written_whole

if TYPE_CHECKING:
    import numpy as np

ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp")
DEEP, CLEAR = (".png", ".tif", ".tiff"), (".png", ".webp", ".tif", ".tiff")  # hold 16 bits; hold transparency
KEPT, BITS_A_SAMPLE = ("icc_profile", "dpi"), 258
OF_PIXELS = {  # tags in which a TIFF says how its pixels lie
    *range(254, 270), 273, *range(277, 282), 284, 292, 293, 317, *range(320, 326), 330, 338, 339, 347, *range(529, 533),
    34675,
}  # fmt: skip
PIXELS_ONLY = (b"IHDR", b"IDAT", b"IEND")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Picture:
    """A picture file that was read.

    Attributes
    ----------
    pixels : uint8 or uint16 array (H, W, C)
        C is 1 or 3; as they lie in the file, so not turned by EXIF.
    alpha : array (H, W) or None
    write : callable
        `write(pixels, out)` writes other pixels with what else the file held.
    kept : dict
        What else that is, as `write_usual` takes it.
    """

    pixels: "np.ndarray"
    alpha: "np.ndarray | None"
    write: Callable[["np.ndarray", Path], None]
    kept: dict = field(default_factory=dict)


def open_picture(path: Path) -> Picture:
    """Read a picture file.

    Raises
    ------
    VaeworksError
        When it is none, is damaged, or holds what is no picture of 8 or 16 bits.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise VaeworksError(f"cannot read {path}: {(error.strerror or str(error)).lower()}") from error
    try:
        return deep_png(content) if is_deep_png(content) else usual(content, path)
    except VaeworksError:
        raise
    except Exception as error:  # damaged files make the libraries raise almost anything
        raise VaeworksError(f"{path} is no whole picture ({error}): get it again, or leave it out") from error


def usual(content: bytes, path: Path) -> Picture:
    """All that Pillow reads without loss."""
    import numpy as np
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None  # tiles bound the memory
        try:
            with Image.open(BytesIO(content)) as opened:
                opened.load()
                check_depth(opened, path)
                exif, picture = about_picture(opened), plain(opened, path)
                say_frames(opened, path)
        finally:
            Image.MAX_IMAGE_PIXELS = limit
    kept = {name: opened.info[name] for name in KEPT if opened.info.get(name)} | ({"exif": exif} if exif else {})
    if of_other_colours(kept.get("icc_profile")):
        log.warning("%s has the colour profile of another kind of colours, which is left out", path)
        del kept["icc_profile"]
    if not all(math.isfinite(each) and 0 < each < 1e6 for each in kept.get("dpi", ())):
        del kept["dpi"]
    array = np.asarray(picture)
    if array.dtype not in (np.uint8, np.uint16):
        raise VaeworksError(f"{path} holds {array.dtype}, and pictures of 8 or 16 bits are read: convert it")
    array = array.reshape(*array.shape[:2], -1)
    alpha = array[..., -1] if picture.mode in ("LA", "RGBA") else None
    pixels = array[..., :-1] if alpha is not None else array
    return Picture(pixels, alpha, lambda new, out: write_usual(new, alpha, kept, out), kept)


def about_picture(picture: Any) -> Any:
    """Its EXIF, without what a TIFF keeps there of how its pixels lie, which would be wrong of others."""
    exif = picture.getexif()
    for tag in [tag for tag in exif if tag in OF_PIXELS]:
        del exif[tag]
    return exif


def of_other_colours(profile: bytes | None) -> bool:
    """Whether an ICC profile is for colours that a picture no longer has once it was read as grey or colour."""
    return profile is not None and profile[16:20] in (b"CMYK", b"Lab ")


def say_frames(picture: Any, path: Path) -> None:
    frames = getattr(picture, "n_frames", 1)
    if frames > 1:
        log.warning("%s holds %d pictures, of which only the first is read", path, frames)


def check_depth(picture: Any, path: Path) -> None:
    """Refuse a TIFF of colour whose 16 bits Pillow would cut down to 8."""
    bits = getattr(picture, "tag_v2", {}).get(BITS_A_SAMPLE, (8,))
    if max(bits if isinstance(bits, tuple) else (bits,)) > 8 and len(picture.getbands()) > 1:
        raise VaeworksError(f"{path} has colour of more than 8 bits, which are read from png only: convert it")


def plain(picture: Any, path: Path) -> Any:
    """As grey or colour, with transparency where it has some; 16 bits stay."""
    import numpy as np
    from PIL import Image

    if picture.mode.startswith("I"):
        array = np.asarray(picture)
        if array.min() < 0 or array.max() > 65535:
            raise VaeworksError(f"{path} holds values from {array.min()} to {array.max()}: 16 bits are read")
        return Image.fromarray(array.astype(np.uint16))
    if picture.mode == "F":
        raise VaeworksError(f"{path} holds real numbers, and pictures of 8 or 16 bits are read: convert it")
    grey = picture.mode in ("1", "L", "LA", "La")
    return picture.convert(("LA" if grey else "RGBA") if picture.has_transparency_data else "L" if grey else "RGB")


def write_usual(pixels: "np.ndarray", alpha: "np.ndarray | None", kept: dict, out: Path) -> None:
    import numpy as np
    from PIL import Image

    check_holds(out, str(pixels.dtype), alpha is not None)
    whole = pixels if alpha is None else np.concatenate([pixels, alpha[..., None]], -1)
    picture = Image.fromarray(whole[..., 0] if whole.shape[-1] == 1 else whole)
    best = {"quality": 95, "subsampling": 0} if out.suffix.lower() in (".jpg", ".jpeg") else {}
    best = {"lossless": True} if out.suffix.lower() == ".webp" else best
    with said_plainly(out), written_whole(out) as temporary:
        picture.save(temporary, format=Image.registered_extensions()[out.suffix.lower()], **kept, **best)


def check_holds(out: Path, depth: str, clear: bool) -> None:
    """Refuse a format that would lose bits or transparency."""
    suffix = out.suffix.lower()
    if suffix not in ENDINGS:
        raise VaeworksError(f"{out} must end in {', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}")
    if depth == "uint16" and suffix not in DEEP:
        raise VaeworksError(f"{out} cannot hold 16 bits: write a png")
    if clear and suffix not in CLEAR:
        raise VaeworksError(f"{out} cannot hold transparency: write a png")


def is_deep_png(content: bytes) -> bool:
    """Whether these are a PNG of 16 bits with colour or transparency, which Pillow would cut down to 8."""
    return content[:8] == b"\x89PNG\r\n\x1a\n" and content[24] == 16 and content[25] in (2, 4, 6)


def deep_png(content: bytes) -> Picture:
    import numpy as np
    import png

    width, height, rows, about = png.Reader(bytes=content).read()
    array = np.vstack([np.asarray(row, np.uint16) for row in rows]).reshape(height, width, about["planes"])
    clear = about["alpha"]
    pixels, alpha = (array[..., :-1], array[..., -1]) if clear else (array, None)

    def write(new: "np.ndarray", out: Path) -> None:
        if out.suffix.lower() != ".png":
            raise VaeworksError(f"{out} cannot hold 16 bits of colour: write a png")
        whole = new if alpha is None else np.concatenate([new, alpha[..., None]], -1)
        made = BytesIO()
        writer = png.Writer(width, height, greyscale=new.shape[-1] == 1, alpha=clear, bitdepth=16)
        writer.write(made, whole.reshape(height, -1).tolist())
        chunks = [chunk for chunk in png.Reader(bytes=content).chunks() if chunk[0] not in PIXELS_ONLY]
        parts = list(png.Reader(bytes=made.getvalue()).chunks())
        with said_plainly(out), written_whole(out) as temporary, temporary.open("wb") as file:
            png.write_chunks(file, [parts[0], *chunks, *parts[1:]])

    return Picture(pixels, alpha, write)
