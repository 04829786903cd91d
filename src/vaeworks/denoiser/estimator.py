"""`ImageDenoiser`: what a noisy picture looked like, and how sure that is."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

import numpy as np
import torch
from sklearn.utils.validation import check_is_fitted

from ..core.batch import Batch
from ..core.choosing import Choose, cooled, prior_mean
from ..core.model import LatentModel
from ..core.priors import GivenPrior
from ..estimator.estimator import LatentEstimator
from ..estimator.panels import Panel, measured_panels
from ..fitting.plan import Plan
from ..pixels.photos import in_units, out_of_units
from ..pixels.tiles import by_tiles
from .data import PhotoData, PhotoReader, given
from .intervals import measured_widths, spread_of
from .judging import judged, spoilt
from .networks import ErrorAtTheMean, MapPosterior, PictureLikelihood, Reading, ResidueEncoder
from .noise import check_level
from .panels import denoiser_panels
from .parameters import ImageDenoiserParameters
from .turning import averaged, check_turns

LEVELS = (15.0, 25.0, 50.0)
MOST = 40  # batches that intervals are measured on


class ImageDenoiser(ImageDenoiserParameters, LatentEstimator):
    """A conditional variational autoencoder of pictures, given noisy ones (Sohn et al. 2015).

        noisy -> U-shape -+-> clean picture, and a scale for every pixel
                          +-> p(z | noisy) -> z -> what that picture may lack
        clean, noisy -> q(z | clean, noisy)

    The bound is on log p(clean | noisy), where white is 255; the squared error at the prior's mean is trained aside.

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
    >>> from vaeworks import ImageDenoiser
    >>> photos = [np.full((16, 24), 40 * row, dtype=np.uint8) for row in range(6)]
    >>> model = ImageDenoiser(width=4, epochs=1).fit(photos)
    >>> model.denoise(photos[:1])[0].shape
    (16, 24)
    """

    kind = "denoiser"
    title = "A denoiser of pictures"
    caution = "It fills in what pictures usually show: it must not be trusted with what is decided by a few pixels."
    Reader = PhotoReader
    reader_: PhotoReader

    def _build(self, data: PhotoData | None) -> LatentModel:
        channels, units = self.reader_.channels, self.latent_dim
        decoder = PictureLikelihood(channels, units)
        model = LatentModel(
            ResidueEncoder(channels, self.width, self.dropout),
            MapPosterior(2 * self.width, units),
            GivenPrior(),
            decoder,
            conditioner=Reading(channels, self.width, self.depth, units),
            aside=ErrorAtTheMean(decoder),
        )
        return model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # it is faster

    def _plan(self, data: PhotoData) -> Plan:
        area = data.places.side**2
        rate = self.rate * area if self.rate else None
        return self._usual_plan(self.epochs, self.learning_rate, clip_norm=4.0 * area, rate=rate)

    def denoise(self, X: Any, sigma: float | None = None, turns: int = 1) -> list[np.ndarray]:
        """What noisy pictures looked like: each in its own size and type.

        Parameters
        ----------
        X : sequence of arrays (H, W) or (H, W, C)
            uint8, uint16, or floats whose white is 255; sizes may differ.
        sigma : float or None
            The level of the noise, where it is known; None leaves it to the model.
        turns : 1, 2, 4 or 8
            Over how many ways to turn and mirror a picture to average: better by up to a tenth of a dB, and as many
            times slower (Timofte et al. 2016).

        Raises
        ------
        VaeworksError
            For what is no picture, colour where the model knows none, and a level out of its range.
        """
        check_turns(turns)

        def clean(tile: np.ndarray) -> np.ndarray:
            once = partial(self._decoded, sigma=sigma, choose=prior_mean, samples=1)
            return out_of_units(averaged(in_units(tile), lambda turned: once(turned)[0], turns), tile)

        return self._by_tiles(X, sigma, clean)

    def uncertainty(self, X: Any, sigma: float | None = None, samples: int = 50) -> list[np.ndarray]:
        """The standard deviation of every pixel given the noisy picture, as floats of the picture's units.

        It takes the spread over `samples` draws of z together with the scale of the pixel given z.
        """

        def spread(tile: np.ndarray) -> np.ndarray:
            scale = 257 if tile.dtype == np.uint16 else 1
            return scale * self._decoded(tile, sigma, cooled(1.0), samples)[1]

        with self._seeded():
            return self._by_tiles(X, sigma, spread)

    def transform(self, X: Any) -> list[np.ndarray]:  # type: ignore[override]
        """As `denoise`, which is what one wants of a step in a pipeline."""
        return self.denoise(X)

    def _by_tiles(self, X: Any, sigma: float | None, decode: Callable[[np.ndarray], np.ndarray]) -> list[np.ndarray]:
        """What is decoded of each picture, in its shape."""
        check_is_fitted(self)
        check_level(sigma, self.highest)
        photos = self.reader_.checked(X)
        return [by_tiles(photo, decode).reshape(np.shape(image)) for photo, image in zip(photos, X, strict=True)]

    @torch.no_grad()
    def _decoded(
        self, tile: np.ndarray, sigma: float | None, choose: Choose, samples: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation of every pixel over draws of z, (H, W, C); sides are multiples of 8."""
        model, channels = self.model_.eval(), tile.shape[-1]
        batch = Batch(None, condition=given(in_units(tile), sigma, self.reader_.channels)).to(self._device())
        parts = spread_of(model, batch, model.read(batch), choose, samples)
        first, second = (part[0, :channels].permute(1, 2, 0).cpu().numpy() for part in parts)
        return first, second

    def _concluded(self, batches: Iterable[Batch]) -> dict:
        """With how many standard deviations hold so many pixels."""
        whole = list(batches)
        with self._seeded():
            widths = measured_widths(self.model_, self._moved(whole[:MOST]))
        return {**super()._concluded(whole), **widths}

    def evaluate(self, X: Any, y: Any = None, samples: int = 10, sigma: Sequence[float] | None = None) -> dict:
        """Measure the model on clean pictures that are made noisy.

        Parameters
        ----------
        samples : int
            Draws of z for the importance-weighted bound; 0 leaves it out. Of a large picture it takes the middle.
        sigma : sequence of float or None
            Levels of noise; None for 15, 25 and 50.

        Returns
        -------
        dict
            What every kind reports, in nats a picture, and the entries of `vaeworks.denoiser.judging.judged`.
        """
        check_is_fitted(self)
        photos = self.reader_.checked(X)
        figures = super().evaluate(spoilt(self, photos, self.level or 0.0) if self.unsupervised else photos, y, samples)
        return {**figures, **judged(self, photos, LEVELS if sigma is None else sigma)}

    def panels(self, X: Any, y: Any = None) -> list[Panel]:
        """Figures and curves, strips of pictures, the error against the level, and whether the intervals are right."""
        return [*measured_panels(self), *denoiser_panels(self, self.reader_.checked(X))]

    def body(self) -> str:
        widths = f"{self.width}, {2 * self.width} and {3 * self.width}"
        return f"""A U-shape of convolutions with {widths} channels at a half, a quarter and an eighth of the size reads
the noisy picture; z has {self.latent_dim} units for 4 x 4 pixels, and what
it adds is linear in it. Trained for {self.noise} noise up to a level of {self.highest:g}{self._how()}."""

    def _how(self) -> str:
        return f", on pictures with noise of level {self.level:g}" if self.unsupervised else ""

    def facts(self) -> list[str]:
        return [self.reader_.said()]
