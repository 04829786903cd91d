"""The peer of the image benchmarks: pythae's VAE with the net of its reproduction script, trained by its own trainer.

`pip install pythae` first. The net: 784 - 400 - 40 - 400 - 784, ReLU, Adam at 1e-3, batches of 100.
"""

import copy
import logging
import tempfile
import time

import numpy as np
import torch
from pythae.data.datasets import BaseDataset
from pythae.models import VAE, VAEConfig
from pythae.models.base.base_utils import ModelOutput
from pythae.models.nn import BaseDecoder, BaseEncoder
from pythae.trainers import BaseTrainer, BaseTrainerConfig
from pythae.trainers.training_callbacks import TrainingCallback
from torch import Tensor, nn
from torch.distributions import Independent

from vaeworks.core.batch import Batch
from vaeworks.core.likelihoods import BernoulliLikelihood
from vaeworks.core.model import LatentModel
from vaeworks.core.posteriors import diagonal_normal
from vaeworks.core.priors import StandardNormal

PIXELS, HIDDEN, LATENT_DIM, BATCH = (1, 28, 28), 400, 40, 100
LEARNING_RATE, MANY_EPOCHS = 1e-3, 10_000


class Encoder(BaseEncoder):
    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Sequential(nn.Flatten(), nn.Linear(int(np.prod(PIXELS)), HIDDEN), nn.ReLU())
        self.mean, self.log_variance = nn.Linear(HIDDEN, LATENT_DIM), nn.Linear(HIDDEN, LATENT_DIM)

    def forward(self, x: Tensor) -> ModelOutput:
        hidden = self.hidden(x)
        return ModelOutput(embedding=self.mean(hidden), log_covariance=self.log_variance(hidden))


class Decoder(BaseDecoder):
    def __init__(self) -> None:
        super().__init__()
        self.logits = nn.Sequential(
            nn.Linear(LATENT_DIM, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, int(np.prod(PIXELS))), nn.Unflatten(1, PIXELS)
        )

    def forward(self, z: Tensor) -> ModelOutput:
        return ModelOutput(reconstruction=torch.sigmoid(self.logits(z)))


class Posterior(nn.Module):
    """The two outputs of pythae's encoder as q(z | x)."""

    def forward(self, output: ModelOutput) -> Independent:
        return diagonal_normal(output["embedding"], output["log_covariance"])


def as_latent_model(encoder: Encoder, decoder: Decoder) -> LatentModel:
    """The same net under our estimators."""
    return LatentModel(encoder, Posterior(), StandardNormal(LATENT_DIM), BernoulliLikelihood(decoder.logits))


class TimeIsUpError(Exception):
    """The time is over."""


class Clock(TrainingCallback):
    """Counts seconds and epochs, keeps the best weights by the validation bound, and stops training in time."""

    def __init__(self, model: VAE, validation: Tensor, seconds: float, epochs: int) -> None:
        self.model, self.validation, self.seconds, self.epochs = model, validation, seconds, epochs
        self.done, self.best, self.weights = 0, -np.inf, model.state_dict()
        self.began = time.perf_counter()

    def on_epoch_end(self, training_config: object, **kwargs: object) -> None:
        self.done += 1
        with torch.no_grad():
            bound = as_latent_model(self.model.encoder, self.model.decoder).evidence(self.batch()).elbo().mean().item()
        if bound > self.best:
            self.best, self.weights = bound, copy.deepcopy(self.model.state_dict())
        if self.elapsed() > self.seconds or self.done >= self.epochs:
            raise TimeIsUpError

    def batch(self) -> Batch:
        return Batch(self.validation, target=(self.validation > 0.5).float())

    def elapsed(self) -> float:
        return time.perf_counter() - self.began


def train(images: np.ndarray, validation: np.ndarray, seconds: float, epochs: int = MANY_EPOCHS) -> tuple[VAE, Clock]:
    """pythae's VAE with BCE on pixels (N, 28, 28, 1) from 0 to 1, for so long or for so many epochs."""
    torch.manual_seed(0)
    logging.disable(logging.INFO)
    model = VAE(VAEConfig(input_dim=PIXELS, latent_dim=LATENT_DIM, reconstruction_loss="bce"), Encoder(), Decoder())
    data, held_out = as_pixels(images), as_pixels(validation)[:1000]
    clock = Clock(model, held_out, seconds, epochs)
    with tempfile.TemporaryDirectory() as folder:
        config = BaseTrainerConfig(
            output_dir=folder,
            learning_rate=LEARNING_RATE,
            per_device_train_batch_size=BATCH,
            num_epochs=MANY_EPOCHS,
            no_cuda=True,
        )
        trainer = BaseTrainer(model, BaseDataset(data, torch.zeros(len(data))), None, config, callbacks=[clock])
        clock.began = time.perf_counter()
        try:
            trainer.train()
        except TimeIsUpError:
            seconds = clock.elapsed()
    clock.seconds = seconds
    model.load_state_dict(clock.weights)
    return model.eval(), clock


def as_pixels(images: np.ndarray) -> Tensor:
    return torch.from_numpy(images).permute(0, 3, 1, 2).float()
