"""`ImageVAE`: images from one latent code, or from a ladder of them."""

import math
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ..core.batch import Batch
from ..core.choosing import cooled, given_top, posterior_mean
from ..core.likelihoods import BernoulliLikelihood, NormalLikelihood
from ..core.model import LatentModel
from ..core.priors import make_prior
from ..errors import VaeworksError
from ..estimator.labelled import LabelledEstimator
from ..estimator.panels import Panel
from ..estimator.sampling import draw_codes
from ..fitting.plan import Plan, constant
from ..pixels.pictures import as_bytes, grid
from .data import ImageData, ImageReader, as_images
from .likelihoods import LogisticMixtureLikelihood
from .lossless import Lossless
from .networks import FirstState, PictureDecoder, PictureEncoder, Rescaled, TopPosterior, channels, ladder, sizes
from .parameters import MOST_A_STEP, ImageParameters

PSEUDO_INPUTS, STEPS = 256, 6000


class ImageVAE(Lossless, ImageParameters, LabelledEstimator):
    """A convolutional variational autoencoder of images (Kingma & Welling 2014), with one or more levels of latents.

        image -> convolutions -> q(z | image) -> z -+-> convolutions -> p(pixels | z)
                       |                            +-> one linear layer -> label
                       +-> lower levels, where `levels` > 1

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    reader_ : ImageReader
        The `shape` of an image (channels, height, width), the `likelihood` that was chosen, and the `classes`.

    Examples
    --------
    >>> import numpy as np
    >>> from vaeworks import ImageVAE
    >>> images = np.arange(20 * 8 * 8, dtype=np.uint8).reshape(20, 8, 8)
    >>> model = ImageVAE(latent_dim=2, levels=2, width=4, epochs=1).fit(images)
    >>> model.sample(16).shape
    (16, 8, 8, 1)
    """

    kind = "image"
    title = "An image VAE"
    caution = "It draws what its training images show, their biases included; its samples show nothing that exists."
    Reader = ImageReader
    reader_: ImageReader

    def _build(self, data: ImageData | None) -> LatentModel:
        shape = self.reader_.shape
        areas, widths = sizes(shape), channels(shape, self.width)
        encoder = PictureEncoder(shape, self.width, self.depth, self.dropout)
        first = FirstState(self.latent_dim, widths[0], areas[0], self.depth)
        flat = self.levels == 1
        network = PictureDecoder(shape, self.width, self.depth, self.levels, self._outputs(), first if flat else None)
        model = LatentModel(
            encoder,
            TopPosterior(widths[0] * math.prod(areas[0]), self.latent_dim),
            make_prior(self.prior, self.latent_dim, lambda: self._pseudo_inputs(data)),
            self._decoder(network),
            self._heads(),
            first_state=None if flat else first,
            blocks=ladder(shape, self.width, self.level_units, self.depth, self.levels),
        )
        return model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # it is faster

    def _outputs(self) -> int:
        return self.reader_.shape[0] * (3 * self.components if self.reader_.likelihood == "logistic" else 1)

    def _decoder(self, network: nn.Module) -> nn.Module:
        if self.reader_.likelihood == "bernoulli":
            return BernoulliLikelihood(network)
        if self.reader_.likelihood == "logistic":
            return LogisticMixtureLikelihood(network, self.components)
        scale = self.reader_.scale
        likelihood = NormalLikelihood(Rescaled(network, scale.centre, scale.spread))
        nn.init.constant_(likelihood.log_scale, math.log(scale.spread))
        return likelihood

    def _pseudo_inputs(self, data: ImageData | None) -> Tensor:
        """Images for a VampPrior, few repeated; empty ones where weights are about to be loaded."""
        if data is None:
            return torch.zeros(PSEUDO_INPUTS, *self.reader_.shape)
        rows = torch.arange(PSEUDO_INPUTS) * max(1, len(data.images) // PSEUDO_INPUTS) % len(data.images)
        return data.read(rows)

    def _plan(self, data: Any) -> Plan:
        epochs = self.epochs or int(np.clip(STEPS // len(data), 10, 150))
        labels = constant(self._weight_of_labels(data))
        return self._usual_plan(epochs, self.learning_rate, clip_norm=200.0, label_weight=labels)

    def _nats_a_value(self) -> float:
        return math.log(2) if self.reader_.likelihood == "bernoulli" else super()._nats_a_value()

    def reconstruct(self, X: Any) -> np.ndarray:
        """Each image as its posterior means are decoded, (N, H, W, channels): the mean of every pixel."""
        return shown(self._over(self.batches(X), lambda batch: self._means_given(batch)))

    def _means_given(self, batch: Batch) -> Tensor:
        _, state, condition = self.model_.descend(batch, posterior_mean)
        return self.model_.decoder(state, condition).mean()

    def decode(self, Z: np.ndarray) -> np.ndarray:
        """The mean image of each code of the top level Z (N, latent_dim); lower levels take their prior's mean."""
        return self._drawn(self._codes(Z), 0.0)

    def traverse(self, image: np.ndarray, units: int = 8, steps: int = 9, reach: float = 2.5) -> np.ndarray:
        """An image's code with one unit after another moved from -reach to reach, (units, steps, H, W, channels).

        The units are those that hold most, by their KL, or by how much codes vary where the prior is no product.
        """
        code, order = self.transform([image])[0], [unit for unit, _ in self.strongest_units(units)]
        moved = np.tile(code, (len(order), steps, 1))
        for row, unit in enumerate(order):
            moved[row, :, unit] = np.linspace(-reach, reach, steps)
        decoded = self.decode(moved.reshape(-1, self.latent_dim))
        return decoded.reshape(len(order), steps, *decoded.shape[1:])

    def strongest_units(self, count: int) -> list[tuple[int, float]]:
        """The units that hold most, each with its KL in nats, or the variance of codes where the prior is no product.

        Without either, as for a model that was never judged, the first ones, with 0.
        """
        held = self.metrics_["fit"]["held_out"]["kl_per_unit_nats"]
        if held is None and self.aggregated_ is not None:
            held = self.aggregated_.mixture.variance.tolist()
        held = held or [0.0] * self.latent_dim
        return [(int(unit), float(held[unit])) for unit in np.argsort(held)[::-1][:count]]

    def manifold(self, side: int = 20) -> np.ndarray:
        """Decoded codes at the quantiles of N(0, 1) in both units of a two-unit model, (side, side, H, W, channels)."""
        if self.latent_dim != 2:
            raise VaeworksError(f"a manifold needs a model with 2 latent units, not {self.latent_dim}: fit one")
        quantiles = torch.distributions.Normal(0.0, 1.0).icdf((torch.arange(side) + 0.5) / side).numpy()
        decoded = self.decode(np.stack(np.meshgrid(quantiles, quantiles[::-1]), -1).reshape(-1, 2))
        return decoded.reshape(side, side, *decoded.shape[1:])

    def sample(
        self,
        n: int = 1,
        label: Any = None,
        temperature: float = 1.0,
        random_state: int | None = None,
        prior: str = "auto",
    ) -> np.ndarray:
        """New images: codes from the prior, then the mean of every pixel, (n, H, W, channels).

        Parameters
        ----------
        n : int
        label : object or None
            Draw for this class: codes from p(z | label), exactly.
        temperature : float
            Of the normal priors and the mixture, whose deviations it scales; others are drawn from as they are.
        random_state : int or None
            None takes the estimator's.
        prior : 'auto', 'model' or 'aggregated'
            Where codes come from: the prior of the bound, or the mixture fitted to the codes of data; auto takes the
            second for a label.
        """
        self._check_count(n, "images")
        with self._seeded(random_state):
            return self._drawn(draw_codes(self, n, label, prior, temperature), temperature)

    @torch.no_grad()
    def _drawn(self, z: Tensor, temperature: float) -> np.ndarray:
        """The mean images of codes, their lower levels drawn from the prior."""
        device, parts = self._device(), []
        self.model_.eval()
        for part in z.to(device).split(self.batch_size or MOST_A_STEP):
            _, state, condition = self.model_.descend(Batch(None), given_top(part, cooled(temperature)), len(part))
            parts.append(self.model_.decoder(state, condition).mean().float().cpu())
        return shown(torch.cat(parts).numpy())

    def _derived(self, figures: dict) -> dict:
        """`bits_per_dim_elbo` and `bits_per_dim_importance` (upper bounds, for discrete pixels), and the likelihood."""
        bits = 1 / (math.prod(self.reader_.shape) * math.log(2))
        elbo, bound = figures["negative_elbo_nats"], figures["negative_importance_bound_nats"]
        levels = {f"kl_nats_level_{level}": kl for level, kl in enumerate(figures["kl_per_level_nats"], 1)}
        discrete = self.reader_.likelihood != "normal"
        return {
            **super()._derived(figures),
            "likelihood": self.reader_.likelihood,
            **(levels if self.levels > 1 else {}),
            "bits_per_dim_elbo": elbo * bits if discrete else None,
            "bits_per_dim_importance": bound * bits if discrete and bound is not None else None,
        }

    def body(self) -> str:
        channels, height, width = self.reader_.shape
        return (
            f"Convolutions down to {self.latent_dim} latent units and back up, {self.levels} level(s) of latents, "
            f"a {self.reader_.likelihood} likelihood of {width} x {height} pixels in {channels} channel(s)."
        )

    def panels(self, X: Any, y: Any = None) -> list[Panel]:
        """The panels of every kind, and reconstructions and samples."""
        originals = as_images(X)[:32].transpose(0, 2, 3, 1)
        pairs = np.stack([originals, self.reconstruct(originals)], 1).reshape(-1, *originals.shape[1:])
        return [
            *super().panels(X, y),
            self._picture("Reconstructions", "Images, each beside what its code decodes into.", pairs, columns=8),
            self._picture("Samples", "Codes drawn from the prior, and decoded.", self.sample(64), columns=8),
        ]

    def _picture(self, title: str, note: str, images: np.ndarray, columns: int) -> Panel:
        pixels = grid(as_bytes(images, self.reader_.likelihood), columns)
        return Panel(title, note, "picture", {"pixels": pixels, "alt": f"{len(images)} images in {columns} columns"})


def shown(pixels: np.ndarray) -> np.ndarray:
    """(N, channels, H, W) -> (N, H, W, channels)."""
    return pixels.transpose(0, 2, 3, 1)
