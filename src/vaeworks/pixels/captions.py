"""What stands beside the rows and above the columns of a sheet of pictures."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

LEAST_LETTER, SHARE = 14, 0.35  # pixels; of a row's height
MARGIN = 8


@dataclass(frozen=True)
class Captions:
    """Of a sheet, from the top and from the left; none where empty.

    Attributes
    ----------
    rows, columns : sequence of str
        As many as there are, or fewer, which then stand at even distances.
    """

    rows: Sequence[str] = ()
    columns: Sequence[str] = ()

    def around(self, sheet: np.ndarray) -> np.ndarray:
        """The sheet (H, W, C) in 8 bits with its captions, black on white."""
        from PIL import Image, ImageDraw, ImageFont

        height, width = sheet.shape[:2]
        size = int(np.clip(SHARE * height / max(len(self.rows), 1), LEAST_LETTER, 2 * LEAST_LETTER))
        font = ImageFont.load_default(size)
        left = int(max((font.getlength(text) for text in self.rows), default=0)) + (2 * MARGIN if self.rows else 0)
        top = size + 2 * MARGIN if self.columns else 0
        whole = np.full((height + top, width + left, sheet.shape[2]), 255, np.uint8)
        whole[top:, left:] = sheet
        picture = Image.fromarray(whole[..., 0] if sheet.shape[2] == 1 else whole)
        draw = ImageDraw.Draw(picture)
        for place, text in middles(self.rows, height):
            draw.text((MARGIN, top + place), text, fill="black", font=font, anchor="lm")
        for place, text in middles(self.columns, width):
            draw.text((left + place, top // 2), text, fill="black", font=font, anchor="mm")
        return np.asarray(picture).reshape(whole.shape)


def middles(texts: Sequence[str], length: int) -> list[tuple[float, str]]:
    return [((index + 0.5) * length / len(texts), text) for index, text in enumerate(texts)]
