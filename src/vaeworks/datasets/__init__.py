"""Named data sets and local files of texts (streamed from disk) and of pictures; importing it imports nothing heavy."""

from .image_loading import load_images, read_image
from .loading import load
from .pictures import ImageSet, Pictures
from .registry import NAMED, describe, is_named
from .rows import Dataset, Rows

__all__ = [
    "NAMED",
    "Dataset",
    "ImageSet",
    "Pictures",
    "Rows",
    "describe",
    "is_named",
    "load",
    "load_images",
    "read_image",
]
