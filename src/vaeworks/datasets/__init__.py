"""Named data sets and local files, streamed from disk; importing this room imports nothing heavy."""

from .loading import load
from .registry import NAMED, describe, is_named
from .rows import Dataset, Rows

__all__ = ["NAMED", "Dataset", "Rows", "describe", "is_named", "load"]
