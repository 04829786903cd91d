"""What a report shows of a codec beside the usual."""

from typing import Any

import numpy as np

from ..estimator.panels import Panel
from ..pixels.photos import psnr
from ..pixels.pictures import grid
from .judging import by_pillow, rate_of

SHOWN, MOST, SIDE = (10, 40, 80), 8, 256
STEPS, JPEG = range(0, 101, 20), (10, 25, 50, 75, 90)


def codec_panels(estimator: Any, photos: list[np.ndarray]) -> list[Panel]:
    """Pictures at some qualities, and bits against error beside JPEG."""
    cuts = [np.ascontiguousarray(photo[:SIDE, :SIDE]) for photo in photos[:MOST]]
    return [pictures(estimator, cuts[0]), curves(estimator, cuts)]


def pictures(estimator: Any, cut: np.ndarray) -> Panel:
    """One picture as it was, and at some qualities."""
    shown, said = [cut], []
    for quality in SHOWN:
        content = estimator.compress([cut], quality=quality)
        shown.append(estimator.decompress(content)[0])
        said.append(f"{quality} ({rate_of(content, cut):.2f} bits a pixel, {psnr(cut, shown[-1]):.1f} dB)")
    note = f"As it was, and at the qualities {', '.join(said)}."
    return Panel("Pictures", note, "picture", {"pixels": grid(np.stack(shown), columns=len(shown)), "alt": note})


def curves(estimator: Any, cuts: list[np.ndarray]) -> Panel:
    """PSNR against quality steps of the codec, and of JPEG, at the bits that each took."""
    ours = []
    for quality in STEPS:
        contents = [estimator.compress([cut], quality=quality) for cut in cuts]
        found = [estimator.decompress(content)[0] for content in contents]
        rates = [rate_of(content, cut) for content, cut in zip(contents, cuts, strict=True)]
        ours.append((np.mean(rates), np.mean([psnr(cut, each) for cut, each in zip(cuts, found, strict=True)])))
    jpeg = [list(np.mean([by_pillow(cut, "JPEG", quality=quality) for cut in cuts], axis=0)) for quality in JPEG]
    along = np.linspace(ours[0][0], ours[-1][0], 20)
    series = {
        name: np.interp(along, *np.array(curve).T).tolist() for name, curve in (("this codec", ours), ("JPEG", jpeg))
    }
    data = {"x": along.tolist(), "x_label": "bits a pixel", "y_label": "PSNR in dB", "series": series}
    return Panel("Error against bits", "Means over pictures, of whole files.", "lines", data)
