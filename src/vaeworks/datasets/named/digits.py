"""digits: 1,797 handwritten digits of 8 x 8 pixels (Alpaydin and Kaynak 1998), which come with scikit-learn."""

from pathlib import Path
from typing import Any

from ...errors import VaeworksError
from ..images.pictures import Pictures
from ..sets import DataSet
from .dealing import deal_pictures

ABOUT: dict[str, Any] = {
    "kind": "image",
    "rows": "1,797 handwritten digits, grey, 8 x 8 pixels, about 180 of each digit",
    "splits": "train, validation and test of 70, 15 and 15%, by a fixed seed",
    "licence": "CC BY 4.0 (UCI, Optical Recognition of Handwritten Digits)",
    "source": "scikit-learn: sklearn.datasets.load_digits",
    "local": "not needed, as it comes with scikit-learn: leave out --data",
}
GREYS = 16


def is_cached() -> bool:
    return True


def load(data: Path | None = None) -> DataSet[Pictures]:
    """The digits in the splits train, validation and test.

    Their 17 greys, 0 to 16, are scaled to 0 to 255 by rounding.
    """
    import numpy as np
    from sklearn.datasets import load_digits

    if data is not None:
        raise VaeworksError("digits comes with scikit-learn, so there is no local copy to name: leave out --data")
    digits = load_digits()
    images = np.rint(digits.images * 255 / GREYS).astype(np.uint8)[..., np.newaxis]
    pictures = Pictures(images, [str(label) for label in digits.target])
    held_out = round(0.15 * len(pictures))
    sizes = {"train": len(pictures) - 2 * held_out, "validation": held_out, "test": held_out}
    return DataSet("digits", deal_pictures(pictures, sizes), "digit")
