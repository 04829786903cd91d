"""`ImageVAE`: images from one latent code, or from a ladder of them."""

import math
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from ..core.batch import Batch
from ..core.choosing import cooled, given_top, posterior_mean
from ..core.likelihoods import BernoulliLikelihood, ClassHead, NormalLikelihood
from ..core.model import LatentModel
from ..core.priors import make_prior
from ..errors import VaeworksError
from ..estimator.estimator import LatentEstimator
from ..estimator.panels import Panel, shared_panels
from ..estimator.sampling import draw_codes
from ..fitting.plan import Phase, Plan, Schedule
from ..fitting.training import own_random_numbers
from ..held_out import held_out
from ..labels import LABEL, MISSING, Classes, labels_of
from ..pixels.pictures import as_bytes, grid
from .card import image_card
from .data import ImageData, Scale, as_images, check_pixels, likelihood_for, scale_of, shape_of
from .likelihoods import LogisticMixtureLikelihood
from .limits import LIMITS
from .networks import FirstState, PictureDecoder, PictureEncoder, Rescaled, Shape, TopPosterior, channels, ladder, sizes

PSEUDO_INPUTS, STEPS = 256, 6000


class ImageVAE(LatentEstimator):
    """A convolutional variational autoencoder of images (Kingma & Welling 2014), with one or more levels of latents.

        image -> convolutions -> q(z | image) -> z -+-> convolutions -> p(pixels | z)
                       |                            +-> one linear layer -> label
                       +-> lower levels, where `levels` > 1

    Parameters
    ----------
    latent_dim : int
        Units of the top level, which is what `transform` gives and labels are predicted from.
    levels : int
        1 for the flat model. Lower levels hold `level_units` latents at every place, from the coarsest size to the
        finest, and their posterior is relative to their prior (Vahdat & Kautz 2020).
    level_units : int
        Latents at each place of a lower level.
    width, depth : int
        Channels of the finest features, and residual blocks at each size.
    likelihood : 'auto', 'bernoulli', 'logistic' or 'normal'
        Of pixels that are 0 or 1; of 8-bit pixels (a discretised mixture of `components` logistics); of real values
        (one learned scale). 'auto' looks at the values.
    components : int
        Logistics in the mixture of a pixel.
    prior : 'normal', 'mixture', 'vamp' or 'flow'
        Of the top level.
    rate : float or None
        Nats of KL that training holds by moving beta; None trains the plain bound (beta 1 after `kl_warmup`).
    free_bits : float
        Nats a unit below which its KL is not pushed.
    kl_warmup : float
        Epochs over which beta grows from 0 to 1 where there is no `rate`.
    label_weight : float
        Weight of a label's log-probability beside that of an image.
    dropout : float
        Share of the encoder's channels that it goes without while training.
    epochs : int or None
        None takes as many as make about 6,000 steps, but 10 to 150.
    batch_size, learning_rate
        The learning rate falls to zero along a cosine.
    patience : int or None
        Epochs without a better validation loss after which training stops.
    averaging : float or None
        Decay of the moving average of the weights, which is what is kept.
    label_name : str
        What the labels are called in what is shown.
    missing_label : object
        Beside None and NaN, what means "no label"; 'auto' takes -1 among integers other than -1 and 1.
    validation_fraction : float
        Share of the images held out where `fit` is given no validation data.
    random_state : int
    device : str
        'auto', 'cpu', 'cuda' or 'mps'.
    precision : str
        '32-true' or 'bf16-mixed'.
    verbose : bool
        Show a progress bar with the time left.

    Attributes
    ----------
    shape_ : tuple
        Channels, height and width of an image.
    likelihood_ : str
        The one that was chosen.

    Examples
    --------
    >>> from vaeworks import ImageVAE
    >>> model = ImageVAE(levels=2).fit(images)         # doctest: +SKIP
    >>> pictures = model.sample(16)                    # doctest: +SKIP
    """

    kind = "image"
    shape_: Shape
    likelihood_: str
    scale_: Scale
    _parameter_constraints: ClassVar[dict] = LIMITS

    def __init__(
        self,
        latent_dim: int = 32,
        levels: int = 1,
        level_units: int = 8,
        width: int = 32,
        depth: int = 1,
        likelihood: str = "auto",
        components: int = 5,
        prior: str = "normal",
        rate: float | None = None,
        free_bits: float = 0.0,
        kl_warmup: float = 2.0,
        label_weight: float = 1.0,
        dropout: float = 0.0,
        epochs: int | None = None,
        batch_size: int = 100,
        learning_rate: float = 2e-3,
        patience: int | None = 5,
        averaging: float | None = 0.995,
        label_name: str = "label",
        missing_label: Any = "auto",
        validation_fraction: float = 0.1,
        random_state: int = 0,
        device: str = "auto",
        precision: str = "32-true",
        verbose: bool = False,
    ) -> None:
        self.latent_dim = latent_dim
        self.levels = levels
        self.level_units = level_units
        self.width = width
        self.depth = depth
        self.likelihood = likelihood
        self.components = components
        self.prior = prior
        self.rate = rate
        self.free_bits = free_bits
        self.kl_warmup = kl_warmup
        self.label_weight = label_weight
        self.dropout = dropout
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.patience = patience
        self.averaging = averaging
        self.label_name = label_name
        self.missing_label = missing_label
        self.validation_fraction = validation_fraction
        self.random_state = random_state
        self.device = device
        self.precision = precision
        self.verbose = verbose

    def _prepare(self, X: Any, y: Any, validation: Any, start: Any = None) -> tuple[ImageData, ImageData | None]:
        images = as_images(X)
        labels = labels_of(y, len(images), "images")
        self._look(images, start)
        self.class_names_ = Classes.learn(labels, self.missing_label)
        if validation is not None:
            return self._data(images, labels), self._judged(*validation)
        kept_back = held_out(0, len(images), self.validation_fraction)
        parts = [
            self._data(images[rows], [labels[row] for row in rows])
            for rows in (np.flatnonzero(~kept_back), np.flatnonzero(kept_back))
            if len(rows)
        ]
        return parts[0], parts[1] if len(parts) == 2 else None

    def _judged(self, X: Any, y: Any = None) -> ImageData:
        images = as_images(X)
        return self._data(images, labels_of(y, len(images), "images"))

    def _look(self, images: np.ndarray, start: "ImageVAE | None") -> None:
        """Learn the shape, the likelihood and the range of the pixels."""
        if start is not None:
            self.shape_, self.likelihood_, self.scale_ = start.shape_, start.likelihood_, start.scale_
            return
        self.shape_ = shape_of(images)
        self.likelihood_ = likelihood_for(images) if self.likelihood == "auto" else self.likelihood
        self.scale_ = scale_of(images, self.likelihood_)

    def _data(self, images: np.ndarray, labels: list) -> ImageData:
        if shape_of(images) != self.shape_:
            raise VaeworksError(
                f"the images are {said(shape_of(images))}, and this model's are {said(self.shape_)}: "
                "resize or convert them"
            )
        pixels = check_pixels(images, self.likelihood_)
        known = np.full(len(images), MISSING) if self.class_names_ is None else self.class_names_.indices(labels)
        return ImageData(pixels, known, self.scale_, self.batch_size)

    def _build(self, data: ImageData | None) -> LatentModel:
        areas, widths = sizes(self.shape_), channels(self.shape_, self.width)
        encoder = PictureEncoder(self.shape_, self.width, self.depth, self.dropout)
        first = FirstState(self.latent_dim, widths[0], areas[0], self.depth)
        flat = self.levels == 1
        network = PictureDecoder(
            self.shape_, self.width, self.depth, self.levels, self._outputs(), first if flat else None
        )
        classes = self.class_names_
        model = LatentModel(
            encoder,
            TopPosterior(widths[0] * math.prod(areas[0]), self.latent_dim),
            make_prior(self.prior, self.latent_dim, lambda: self._pseudo_inputs(data)),
            self._decoder(network),
            {} if classes is None else {LABEL: ClassHead(self.latent_dim, len(classes))},
            first_state=None if flat else first,
            blocks=ladder(self.shape_, self.width, self.level_units, self.depth, self.levels),
        )
        return model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # it is faster

    def _outputs(self) -> int:
        return self.shape_[0] * (3 * self.components if self.likelihood_ == "logistic" else 1)

    def _decoder(self, network: nn.Module) -> nn.Module:
        if self.likelihood_ == "bernoulli":
            return BernoulliLikelihood(network)
        if self.likelihood_ == "logistic":
            return LogisticMixtureLikelihood(network, self.components)
        likelihood = NormalLikelihood(Rescaled(network, self.scale_.centre, self.scale_.spread))
        nn.init.constant_(likelihood.log_scale, math.log(self.scale_.spread))
        return likelihood

    def _pseudo_inputs(self, data: ImageData | None) -> Tensor:
        """Images for a VampPrior, few repeated; empty ones where weights are about to be loaded."""
        if data is None:
            return torch.zeros(PSEUDO_INPUTS, *self.shape_)
        rows = torch.arange(PSEUDO_INPUTS) * max(1, len(data.images) // PSEUDO_INPUTS) % len(data.images)
        return data.read(rows)

    def _plan(self, data: Any) -> Plan:
        epochs = self.epochs or int(np.clip(STEPS // len(data), 10, 150))
        phase = Phase(
            epochs=epochs,
            learning_rate=Schedule(self.learning_rate, 0.0, epochs, "cosine"),
            kl_weight=Schedule(0.0, 1.0, self.kl_warmup),
            label_weight=Schedule(self.label_weight, self.label_weight),
            rate=self.rate,
        )
        return Plan((phase,), self.free_bits, self.patience, self.averaging, clip_norm=200.0, seed=self.random_state)

    def _batches(self, X: Any, y: Any = None) -> Iterator[Batch]:
        yield from self._judged(X, y).epoch(None)

    def data_state(self) -> dict:
        classes = self.class_names_
        return {
            "shape": list(self.shape_),
            "likelihood": self.likelihood_,
            "scale": asdict(self.scale_),
            "classes": None if classes is None else classes.to_state(),
        }

    def _restore_data(self, state: dict) -> None:
        channel_count, height, width = state["shape"]
        self.shape_ = (channel_count, height, width)
        self.likelihood_, self.scale_ = state["likelihood"], Scale(**state["scale"])
        self.class_names_ = None if state["classes"] is None else Classes(**state["classes"])

    def reconstruct(self, X: Any) -> np.ndarray:
        """Each image as its posterior means are decoded, (N, H, W, channels): the mean of every pixel."""
        return shown(self._over(X, lambda batch: self._means_given(batch)))

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
        code = self.transform([image])[0]
        held = self.metrics_["fit"]["held_out"]["kl_per_unit_nats"]
        if held is None and self.aggregated_ is not None:
            held = self.aggregated_.mixture.variance.tolist()
        order = np.argsort(held or np.zeros(self.latent_dim))[::-1][:units]
        moved = np.tile(code, (len(order), steps, 1))
        for row, unit in enumerate(order):
            moved[row, :, unit] = np.linspace(-reach, reach, steps)
        decoded = self.decode(moved.reshape(-1, self.latent_dim))
        return decoded.reshape(len(order), steps, *decoded.shape[1:])

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
        prior: str = "model",
    ) -> np.ndarray:
        """New images: codes from the prior, then the mean of every pixel, (n, H, W, channels).

        Parameters
        ----------
        n : int
        label : object or None
            Draw for this class: codes from p(z | label), exactly.
        temperature : float
            Of the normal priors, whose deviations it scales; others are drawn from as they are.
        random_state : int or None
            None takes the estimator's.
        prior : 'model' or 'aggregated'
            Where codes come from: the prior of the bound, or the mixture fitted to the codes of data.
        """
        if n < 1:
            raise VaeworksError(f"cannot sample {n} images: ask for at least one")
        with own_random_numbers(self._device()):
            torch.manual_seed(self.random_state if random_state is None else random_state)
            return self._drawn(draw_codes(self, n, label, prior, temperature), temperature)

    @torch.no_grad()
    def _drawn(self, z: Tensor, temperature: float) -> np.ndarray:
        """The mean images of codes, their lower levels drawn from the prior."""
        device, parts = self._device(), []
        self.model_.eval()
        for part in z.to(device).split(self.batch_size):
            _, state, condition = self.model_.descend(Batch(None), given_top(part, cooled(temperature)), len(part))
            parts.append(self.model_.decoder(state, condition).mean().float().cpu())
        return shown(torch.cat(parts).numpy())

    def evaluate(self, X: Any, y: Any = None, samples: int = 10) -> dict:
        """Measure the model on images.

        Returns
        -------
        dict
            As for every kind, and `bits_per_dim_elbo` and `bits_per_dim_importance` (upper bounds, for discrete
            pixels), `likelihood`, of a ladder the KL of each level, and with labels `accuracy`.
        """
        figures = super().evaluate(X, y, samples)
        bits = 1 / (math.prod(self.shape_) * math.log(2))
        bound = figures["importance_bound_nats"]
        levels = {f"kl_nats_level_{level}": kl for level, kl in enumerate(figures["kl_per_level_nats"], 1)}
        discrete = self.likelihood_ != "normal"
        return {
            **self._accuracy(X, y),
            **figures,
            "likelihood": self.likelihood_,
            **(levels if self.levels > 1 else {}),
            "bits_per_dim_elbo": figures["negative_elbo_nats"] * bits if discrete else None,
            "bits_per_dim_importance": -bound * bits if discrete and bound is not None else None,
        }

    def panels(self, X: Any, y: Any = None) -> list[Panel]:
        """The panels of every kind, and reconstructions and samples."""
        originals = as_images(X)[:32].transpose(0, 2, 3, 1)
        pairs = np.stack([originals, self.reconstruct(originals)], 1).reshape(-1, *originals.shape[1:])
        return [
            *shared_panels(self, X, y),
            self._picture("Reconstructions", "Images, each beside what its code decodes into.", pairs, columns=8),
            self._picture("Samples", "Codes drawn from the prior, and decoded.", self.sample(64), columns=8),
        ]

    def _picture(self, title: str, note: str, images: np.ndarray, columns: int) -> Panel:
        pixels = grid(as_bytes(images, self.likelihood_), columns)
        return Panel(title, note, "picture", {"pixels": pixels, "alt": f"{len(images)} images in {columns} columns"})

    def card(self) -> str:
        return image_card(self)


def said(shape: Shape) -> str:
    colours = {1: "grey", 3: "colour"}
    return f"{shape[2]} x {shape[1]} and {colours[shape[0]]}"


def shown(pixels: np.ndarray) -> np.ndarray:
    """(N, channels, H, W) -> (N, H, W, channels)."""
    return pixels.transpose(0, 2, 3, 1)
