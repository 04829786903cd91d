"""Named data sets and local files of texts (streamed), pictures and tables; importing it imports nothing heavy."""

from .image_loading import load_images, read_image
from .loading import load
from .pictures import ImageSet, Pictures
from .registry import NAMED, describe, is_named
from .rows import Dataset, Rows
from .table_loading import load_table
from .tables import TableSet

__all__ = [
    "NAMED",
    "Dataset",
    "ImageSet",
    "Pictures",
    "Rows",
    "TableSet",
    "describe",
    "is_named",
    "load",
    "load_images",
    "load_table",
    "read_image",
]
