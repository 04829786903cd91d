"""How the shell reads pictures of any size; nothing heavy is imported before it does."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..options import Local

if TYPE_CHECKING:
    from ..datasets import DataSet
    from ..storage.fitted import Fitted

DATA = "A folder of pictures of any size, with all its folders; a named set, an npy or npz."


@dataclass(frozen=True)
class PhotoSource:
    """How pictures are read."""

    data: Local = None

    def load(self, source: str, model: "Fitted | None" = None) -> "DataSet":
        from ..datasets import load_photos

        return load_photos(source, data=self.data)
