"""What is learned of pictures of any size before training."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from ..errors import VaeworksError
from ..held_out import parted
from .photos import as_photos


@dataclass(frozen=True)
class PhotoReader:
    """Whether any picture has colour, and how many there were; a kind adds what it makes of them."""

    channels: int
    photos: int

    @abstractmethod
    def patches(self, photos: list[np.ndarray], estimator: Any) -> Any:
        """Data that training cuts patches from."""

    @abstractmethod
    def data(self, X: Any, y: Any, estimator: Any) -> Any:
        """Whole pictures, to judge the model by."""

    @classmethod
    def learn(cls, X: Any, y: Any, estimator: Any, share: float) -> tuple[Self, Any, Any]:
        photos = as_photos(X)
        return cls(max(photo.shape[-1] for photo in photos), len(photos)).further(photos, y, estimator, share)

    def further(self, X: Any, y: Any, estimator: Any, share: float, anew: bool = True) -> tuple[Self, Any, Any]:
        photos = self.checked(X)
        rows, others = parted(len(photos), share)
        train, judged_by = ([photos[row] for row in some] for some in (rows, others))
        return self, self.patches(train, estimator), self.patches(judged_by, estimator) if judged_by else None

    def checked(self, X: Any) -> list[np.ndarray]:
        """Pictures that the network can read.

        Raises
        ------
        VaeworksError
        """
        photos = as_photos(X)
        odd = next((number for number, photo in enumerate(photos) if photo.shape[-1] > self.channels), None)
        if odd is not None:
            raise VaeworksError(f"picture {odd} has colour, and this model was fitted on grey ones: convert it")
        return photos

    def said(self) -> str:
        """What was learned, for the card."""
        return f"{self.photos:,} pictures, in {'colour' if self.channels == 3 else 'grey'}"

    def to_state(self) -> dict:
        return {"channels": self.channels, "photos": self.photos}

    @classmethod
    def from_state(cls, state: dict) -> Self:
        return cls(state["channels"], state["photos"])
