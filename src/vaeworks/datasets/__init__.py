"""Named data sets and local files of texts (streamed), pictures and tables; importing it imports nothing heavy."""

from .images.loading import load_images, read_image
from .images.pictures import ImageSet, Pictures
from .registry import NAMED, describe, is_named
from .tables.loading import load_table
from .tables.tables import TableSet
from .texts.loading import load_texts
from .texts.rows import Dataset, Rows

__all__ = [
    "NAMED",
    "Dataset",
    "ImageSet",
    "Pictures",
    "Rows",
    "TableSet",
    "describe",
    "is_named",
    "load_images",
    "load_table",
    "load_texts",
    "read_image",
]
