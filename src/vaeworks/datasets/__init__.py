"""Named data sets and local files of texts, pairs, series, pictures, tables and interactions; it imports quickly."""

from .images.loading import load_images, read_image
from .images.photos import Photos, load_photos
from .images.pictures import Pictures
from .interactions.interactions import Interactions
from .interactions.loading import load_interactions
from .pairs.loading import load_pairs
from .pairs.pairs import Pairs
from .registry import NAMED, describe, is_named
from .series.loading import load_series
from .series.series import Series
from .sets import DataSet, Part
from .tables.loading import load_table
from .tables.tables import Table
from .texts.loading import load_texts
from .texts.rows import Rows

__all__ = [
    "NAMED",
    "DataSet",
    "Interactions",
    "Pairs",
    "Part",
    "Photos",
    "Pictures",
    "Rows",
    "Series",
    "Table",
    "describe",
    "is_named",
    "load_images",
    "load_interactions",
    "load_pairs",
    "load_photos",
    "load_series",
    "load_table",
    "load_texts",
    "read_image",
]
