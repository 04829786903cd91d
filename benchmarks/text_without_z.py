"""Does z pay for itself? A text VAE after one pass over IMDB beside the same decoder without z after as many steps.

python benchmarks/text_without_z.py [MODEL]     # a folder with the model after its first pass; else it is fitted first
"""

import math
import sys
from contextlib import suppress

import torch
from imdb_reviews import FirstPass, after_first_pass, read
from recorded import record
from sklearn.base import clone
from torch import Tensor, nn

from vaeworks import TextVAE, load
from vaeworks.core.model import LatentModel
from vaeworks.core.posteriors import diagonal_normal
from vaeworks.core.priors import StandardNormal
from vaeworks.fitting.training import Interrupted
from vaeworks.storage.session import Session

EVERY, SAMPLES = 10, 100


class Nothing(nn.Module):
    """A posterior that is the prior: its KL is 0."""

    def forward(self, features: Tensor) -> torch.distributions.Distribution:
        return diagonal_normal(features, torch.zeros_like(features))


class ReadsNothing(nn.Module):
    def __init__(self, latent_dim: int) -> None:
        super().__init__()
        self.latent_dim = latent_dim

    def forward(self, tokens: Tensor) -> Tensor:
        return torch.zeros(len(tokens), self.latent_dim, device=tokens.device)


class Mute(nn.Module):
    """A decoder to which z is always 0."""

    def __init__(self, decoder: nn.Module) -> None:
        super().__init__()
        self.decoder = decoder

    def forward(self, z: Tensor, condition: object = None) -> object:
        return self.decoder(torch.zeros_like(z), condition)


class WithoutZ(TextVAE):
    def _build(self, data: object) -> LatentModel:
        whole = super()._build(data)
        encoder = ReadsNothing(self.latent_dim)
        return LatentModel(encoder, Nothing(), StandardNormal(self.latent_dim), Mute(whole.decoder))


def main() -> None:
    splits = read()
    ours = load(sys.argv[1]) if sys.argv[1:] else after_first_pass(splits)
    texts = splits["train"][0] + splits["unlabelled"][0]
    peer = WithoutZ(**clone(ours).set_params(rate=None, kl_warmup=0.0).get_params())
    with suppress(Interrupted):
        peer.fit(texts, validation=(splits["validation"][0], None), session=Session(monitors=[FirstPass()]))
    some = splits["validation"][0][::EVERY]
    figures, without = ours.evaluate(some, samples=SAMPLES), peer.evaluate(some, samples=0)
    record(
        "text_without_z",
        {
            "split": f"every {EVERY}th validation review",
            "steps": peer.history_[0]["step"],
            "rate": ours.rate,
            "tokens": figures["tokens"],
            "without z, exact": {"perplexity": without["perplexity_elbo"], "nats": without["negative_elbo_nats"]},
            "ours": {
                "perplexity_elbo": figures["perplexity_elbo"],
                "perplexity_importance": figures["perplexity_importance"],
                "importance_samples": SAMPLES,
                "kl_nats": figures["kl_nats"],
            },
            "nats a review that z wins": without["negative_elbo_nats"] - figures["negative_importance_bound_nats"],
        },
    )
    assert math.isclose(without["kl_nats"], 0.0, abs_tol=1e-6)


if __name__ == "__main__":
    main()
