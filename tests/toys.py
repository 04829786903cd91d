"""Small models whose likelihood is known exactly, and data that a fit can read."""

import math

import torch
from torch import nn
from torch.distributions import MultivariateNormal

from vaeworks.core.batch import Batch
from vaeworks.core.evidence import Level
from vaeworks.core.likelihoods import NormalLikelihood
from vaeworks.core.model import LatentModel
from vaeworks.core.posteriors import NormalPosterior, diagonal_normal
from vaeworks.core.priors import StandardNormal


class Examples:
    """A batch of examples as the data of a fit: in the order given, or shuffled by the seed of the epoch."""

    def __init__(self, whole, batch_size):
        self.whole, self.batch_size = whole, batch_size

    def __len__(self):
        return math.ceil(len(self.whole) / self.batch_size)

    def epoch(self, seed):
        order = torch.arange(len(self.whole))
        if seed is not None:
            order = torch.randperm(len(order), generator=torch.Generator().manual_seed(seed))
        return (self.whole.rows(rows) for rows in order.split(self.batch_size))


class Silent:
    """A monitor that does nothing."""

    def start(self, steps):
        pass

    def step(self, record):
        pass

    def epoch(self, record):
        pass

    def stop(self):
        pass


class CtrlC(Silent):
    """A monitor in the place of a user who stops a fit at a step."""

    def __init__(self, step):
        self.at = step

    def step(self, record):
        if record["step"] == self.at:
            raise KeyboardInterrupt


def linear_gaussian_data(rows=200, dim=5, latent_dim=2, seed=0):
    """x = W z + 0.4 noise, with z of `latent_dim` units."""
    random = torch.Generator().manual_seed(seed)
    loadings = torch.randn(latent_dim, dim, generator=random)
    z, noise = torch.randn(rows, latent_dim, generator=random), torch.randn(rows, dim, generator=random)
    return z @ loadings + 0.4 * noise


def linear_vae(dim=5, latent_dim=2, prior=None, **parts):
    """A linear encoder and a linear decoder with one noise scale: probabilistic PCA."""
    prior = StandardNormal(latent_dim) if prior is None else prior
    decoder = NormalLikelihood(nn.Linear(latent_dim, dim))
    return LatentModel(nn.Identity(), NormalPosterior(dim, latent_dim), prior, decoder, **parts)


class LinearBlock(nn.Module):
    """A lower level: p(z | state) and q(z | state, features) are linear, and z adds to the state."""

    def __init__(self, state, features, latent_dim):
        super().__init__()
        self.prior, self.out = nn.Linear(state, latent_dim), nn.Linear(latent_dim, state, bias=False)
        self.posterior = NormalPosterior(state + features, latent_dim)

    def forward(self, state, features, condition, choose):
        means = self.prior(state)
        prior = diagonal_normal(means, torch.zeros_like(means))
        posterior = None if features is None else self.posterior(torch.cat([state, features], dim=1))
        z = choose(prior, posterior)
        return Level(z, prior, posterior), state + self.out(z)


def two_level_vae(dim=3, latent_dim=2, state=3):
    """z1 -> state -> z2 -> state -> x, all linear and normal."""
    decoder = NormalLikelihood(nn.Linear(state, dim))
    return LatentModel(
        nn.Identity(),
        NormalPosterior(dim, latent_dim),
        StandardNormal(latent_dim),
        decoder,
        first_state=nn.Linear(latent_dim, state),
        blocks=[LinearBlock(state, dim, latent_dim)],
    )


@torch.no_grad()
def two_level_likelihood(model, x):
    """log p(x) of `two_level_vae` in closed form: x is a linear function of z1, the noise of z2 and its own."""
    block, out, first = model.blocks[0], model.decoder.network, model.first_state
    to_x = out.weight
    through = torch.eye(len(first.bias)) + block.out.weight @ block.prior.weight
    loadings = torch.cat([to_x @ through @ first.weight, to_x @ block.out.weight], dim=1)
    mean = to_x @ (through @ first.bias + block.out.weight @ block.prior.bias) + out.bias
    noise = (2 * model.decoder.log_scale).exp() * torch.eye(x.shape[1])
    return MultivariateNormal(mean, loadings @ loadings.T + noise).log_prob(x)


class ConditionalEncoder(nn.Module):
    """Reads a damaged input beside the condition."""

    def __init__(self, dim, condition, features):
        super().__init__()
        self.linear = nn.Linear(dim + condition, features)

    def forward(self, input, condition):
        return self.linear(torch.cat([torch.nan_to_num(input), condition], dim=1))


class ConditionalPrior(nn.Module):
    """p(z | condition): a linear mean and a unit scale."""

    def __init__(self, condition, latent_dim):
        super().__init__()
        self.linear = nn.Linear(condition, latent_dim)

    def forward(self, condition, encode):
        means = self.linear(condition)
        return diagonal_normal(means, torch.zeros_like(means))


class ConditionalMean(nn.Module):
    """The mean of the target given z and the condition."""

    def __init__(self, latent_dim, condition, dim):
        super().__init__()
        self.z, self.condition = nn.Linear(latent_dim, dim), nn.Linear(condition, dim)

    def forward(self, z, condition):
        return self.z(z) + self.condition(condition)


def conditional_vae(dim=4, raw=3, condition=2, latent_dim=2):
    """Every part reads the condition, which the conditioner makes from `raw` numbers."""
    return LatentModel(
        ConditionalEncoder(dim, condition, 6),
        NormalPosterior(6, latent_dim),
        ConditionalPrior(condition, latent_dim),
        NormalLikelihood(ConditionalMean(latent_dim, condition, dim)),
        conditioner=nn.Linear(raw, condition),
    )


@torch.no_grad()
def conditional_likelihood(model, batch):
    """log p(observed target | condition) of `conditional_vae` in closed form, (B,)."""
    condition, mean = model.conditioner(batch.condition), model.decoder.network
    centres = mean(model.prior.linear(condition), condition)
    covariance = mean.z.weight @ mean.z.weight.T + (2 * model.decoder.log_scale).exp() * torch.eye(centres.shape[1])
    rows = zip(centres, batch.target, batch.observed, strict=True)
    return torch.stack([observed_density(centre, covariance, target, seen) for centre, target, seen in rows])


def observed_density(mean, covariance, target, seen):
    return MultivariateNormal(mean[seen], covariance[seen][:, seen]).log_prob(target[seen])


def damaged_batch(rows=6, dim=4, raw=3, seed=0):
    """The input is a noisy copy of the target; a third of the target is unobserved and NaN, in the input too."""
    random = torch.Generator().manual_seed(seed)
    clean, condition = torch.randn(rows, dim, generator=random), torch.randn(rows, raw, generator=random)
    observed = torch.rand(rows, dim, generator=random) > 0.33
    observed[:, 0] = True
    noisy = (clean + torch.randn(rows, dim, generator=random)).masked_fill(~observed, torch.nan)
    return Batch(noisy, clean.masked_fill(~observed, torch.nan), observed, condition)


def gradients(model):
    return {name: parameter.grad for name, parameter in model.named_parameters()}


def untouched(model):
    """Names of the parameters that the last backward pass left without a gradient."""
    return [name for name, gradient in gradients(model).items() if gradient is None or not gradient.any()]
