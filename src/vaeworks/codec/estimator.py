"""`ImageCodec`: pictures as small files, at any of a hundred qualities."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from sklearn.utils.validation import check_is_fitted

from ..coding.container import Block
from ..coding.integers import digest
from ..core.model import LatentModel
from ..errors import VaeworksError
from ..estimator.archiving import Compressing
from ..estimator.estimator import LatentEstimator
from ..estimator.panels import Panel, measured_panels
from ..fitting.plan import Phase, Plan, Schedule
from ..pixels.photos import WHITE
from ..progress import counted
from .coding import Watch, coded, decoded
from .data import PhotoData, PhotoReader, checked_bytes, checked_quality, in_channels
from .judging import QUALITIES, judged
from .networks import UNIT, Analysis, AroundZ, FactorisedPrior, Outline, Quality, Synthesis, groups, rounded
from .panels import codec_panels
from .parameters import ImageCodecParameters
from .transform import BLOCK
from .twin import twin_of

USUAL = 50


class ImageCodec(ImageCodecParameters, Compressing, LatentEstimator):
    """A variational autoencoder whose code is rounded and written to a file (Ballé et al. 2018).

        picture -> lapped transform -> residual blocks -> y -> whole steps -> file -> residual blocks -> ... -> picture
                                                       +-> z -> what is foretold of y

    The bound is on log p(picture) with a normal likelihood whose deviation the quality sets: minus the bits, in nats,
    and minus the squared error over twice the variance. So beta is 1, and one model serves all qualities.

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    reader_ : PhotoReader
        Whether the pictures had colour, and how many there were.

    Examples
    --------
    >>> import numpy as np
    >>> from vaeworks import ImageCodec
    >>> photos = [np.full((40, 64), 40 * row, dtype=np.uint8) for row in range(6)]
    >>> model = ImageCodec(width=8, latent_dim=4, epochs=1).fit(photos)
    >>> content = model.compress(photos[:1], quality=60)
    >>> model.decompress(content)[0].shape
    (40, 64, 1)
    """

    kind = "codec"
    title = "A codec of pictures"
    caution = "It leaves out what would cost too many bits: keep the originals of what is evidence."
    Reader = PhotoReader
    reader_: PhotoReader

    def _build(self, data: PhotoData | None) -> LatentModel:
        planes = self.reader_.channels
        channels = BLOCK**2 * planes
        model = LatentModel(
            Analysis(channels, self.width, self.latent_dim, self.depth),
            AroundZ(),
            FactorisedPrior(self.latent_dim),
            Synthesis(channels, self.width, self.depth, self.repair),
            conditioner=Quality(channels),
            first_state=Outline(self.latent_dim, self.width, channels),
            blocks=groups(planes, self.width, self.width),
        )
        if data is not None:
            begin(model, data)
        return model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # it is faster

    def _plan(self, data: PhotoData) -> Plan:
        """Noise in the place of rounding, and then rounding."""
        area, tail = data.places.side**2, self.epochs // 4
        plan = self._usual_plan(self.epochs - tail, self.learning_rate, clip_norm=4.0 * area)
        if not tail:
            return plan
        end = Phase(tail, learning_rate=Schedule(self.learning_rate / 4, 0.0, tail, "cosine"), choose=rounded)
        return replace(plan, phases=(*plan.phases, end))

    def _look(self, *given: Any) -> dict:
        """Collapse is judged by all levels: y carries the picture, and z is empty where it does not pay."""
        figures = super()._look(*given)
        return {**figures, "collapsed": figures["kl_nats"] < 1.0}

    def digest(self) -> bytes:
        return digest(self._twin())

    def blocks(self, X: Any, quality: int = USUAL) -> Iterator[tuple[int, bytes]]:
        """Each picture in a block of its own, at a quality from 0 to 100."""
        check_is_fitted(self)
        quality = checked_quality(quality)
        twin, watch = self._twin(), self._watch if len(X) == 1 else iter
        for photo in checked_bytes(self.reader_.checked(X)):
            seen = in_channels(photo, self.reader_.channels)
            yield 1, coded(self.model_.eval(), twin, seen, quality, watch)

    def pictures(self, block: Block) -> list[np.ndarray]:
        return next(self.pictures_of([block]))

    def pictures_of(self, blocks: Sequence[Block]) -> Iterator[list[np.ndarray]]:
        check_is_fitted(self)
        watch = self._watch if len(blocks) == 1 else iter
        return ([self._picture(block, watch)] for block in blocks)

    def _picture(self, block: Block, watch: Watch) -> np.ndarray:
        if len(block.items) != 1 or block.items[0].channels > self.reader_.channels:
            raise VaeworksError("a block of the file is damaged: it should hold one picture that this model can write")
        [item] = block.items
        pixels = decoded(self.model_.eval(), self._twin(), block.payload, (item.height, item.width), watch)
        grey = item.channels == 1
        pixels = pixels.mean(-1, keepdims=True) if grey else pixels
        return np.rint(pixels).clip(0, WHITE).astype(np.uint8)

    def _watch(self, tiles: list) -> Iterable:
        """The tiles of a large picture, with a bar."""
        return counted(tiles, "tiles") if self.verbose and len(tiles) > 1 else tiles

    def transform(self, X: Any) -> list[np.ndarray]:  # type: ignore[override]
        """What comes back of each picture at quality 50, as a step in a pipeline would see it."""
        return [
            picture.reshape(np.shape(image))
            for picture, image in zip(self.decompress(self.compress(X)), X, strict=True)
        ]

    def _twin(self) -> LatentModel:
        """The entropy model in whole numbers, made once of the weights that are there."""
        check_is_fitted(self)
        made = self.__dict__.get("twin_")
        if made is None or made[0] is not self.model_:
            made = self.twin_ = self.model_, twin_of(self.model_)
        return made[1]

    def evaluate(self, X: Any, y: Any = None, samples: int = 10, quality: Sequence[int] | None = None) -> dict:
        """Measure the model on pictures, by the files that it writes.

        Parameters
        ----------
        samples : int
            Draws for the importance-weighted bound; 0 leaves it out. Of a large picture it takes the middle.
        quality : sequence of int or None
            From 0 to 100; None for 10, 30, 50, 70 and 90.

        Returns
        -------
        dict
            What every kind reports, in nats a picture, and `bits_per_pixel_at_50`, `psnr_at_50_db` and so on: means
            over pictures, of whole files.
        """
        check_is_fitted(self)
        return {**super().evaluate(X, y, samples), **judged(self, X, QUALITIES if quality is None else quality)}

    def panels(self, X: Any, y: Any = None) -> list[Panel]:
        """Figures and curves, pictures at some qualities, and the rate against the error."""
        return [*measured_panels(self), *codec_panels(self, self.reader_.checked(X))]

    def body(self) -> str:
        return f"""A lapped transform of 8 x 8 blocks whose filters are learned, {self.depth} residual blocks of
{self.width} channels before the quantiser and after it, and {self.repair} channels that mend the last errors. z has
{self.latent_dim} units for 32 x 32 pixels; what is foretold of each coefficient from z, from its neighbours and
from lower frequencies is computed in whole numbers, so that any machine reads what another wrote."""

    def facts(self) -> list[str]:
        return [self.reader_.said()]


@torch.no_grad()
def begin(model: LatentModel, data: PhotoData) -> None:
    """Start the groups from how large coefficients are in a batch of the pictures."""
    batch = next(iter(data.epoch(0)))
    lapped: Any = model.encoder.lapped
    sizes = lapped((batch.input - WHITE / 2) / UNIT).abs().mean((0, 2, 3)).clamp(min=1e-3)
    for group in model.blocks:
        group.begin(sizes[group.channels])  # type: ignore[operator]
