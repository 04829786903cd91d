"""Does z pay for itself? A translator beside the same net without z, trained equally.

python benchmarks/seq2seq_without_z.py [EPOCHS]     # 12 each
"""

import sys
from dataclasses import replace

import torch
from recorded import record
from torch import Tensor, nn

from vaeworks import Seq2SeqVAE, datasets
from vaeworks.core.choosing import prior_mean
from vaeworks.core.model import LatentModel
from vaeworks.core.posteriors import diagonal_normal
from vaeworks.core.priors import StandardNormal
from vaeworks.fitting.plan import Plan, constant
from vaeworks.seq2seq.presets import PRESETS

SET, SAMPLES = "multi30k-en-de", 100


class ReadsNothing(nn.Module):
    """An encoder of zeros, which a posterior then takes for the parameters of the prior: its KL is 0."""

    def __init__(self, latent_dim: int) -> None:
        super().__init__()
        self.latent_dim = latent_dim

    def forward(self, tokens: Tensor, condition: dict[str, Tensor]) -> Tensor:
        return torch.zeros(len(tokens), self.latent_dim, device=tokens.device)


class Nothing(nn.Module):
    def forward(self, features: Tensor) -> torch.distributions.Distribution:
        return diagonal_normal(features, features)


class Mute(nn.Module):
    """A decoder to which z is always 0."""

    def __init__(self, decoder: nn.Module) -> None:
        super().__init__()
        self.decoder = decoder

    def forward(self, z: Tensor, condition: dict[str, Tensor]) -> object:
        return self.decoder(torch.zeros_like(z), condition)


class WithoutZ(Seq2SeqVAE):
    def _build(self, data: object) -> LatentModel:
        model = super()._build(data)
        model.encoder, model.posterior = ReadsNothing(self.latent_dim), Nothing()
        model.prior, model.decoder = StandardNormal(self.latent_dim), Mute(model.decoder)
        return model

    def _plan(self, data: object) -> Plan:
        plan = super()._plan(data)
        phase = replace(plan.phases[0], choose=prior_mean, rate=None, kl_weight=constant(0.0))
        return replace(plan, phases=(phase,))


def main() -> None:
    splits = datasets.load_pairs(SET).splits
    train, validation = splits["train"], splits["validation"]
    settings = {
        **PRESETS[SET].parameters,
        "epochs": int(sys.argv[1]) if sys.argv[1:] else 12,
        "precision": "bf16-mixed",
        "verbose": True,
    }
    nats, fitted = {}, {}
    for name, kind in {"without z, exact": WithoutZ, "ours": Seq2SeqVAE}.items():
        model = kind(**settings).fit(train.X, train.y, validation=(validation.X, validation.y))
        fitted[name] = model
        nats[name] = -model.score_samples(validation.X, validation.y, samples=SAMPLES if kind is Seq2SeqVAE else 1)
        print(name, float(nats[name].mean()), flush=True)
    figures = fitted["ours"].evaluate(validation.X, validation.y, samples=0)
    wins = nats["without z, exact"] - nats["ours"]
    record(
        "seq2seq_without_z",
        {
            "split": f"validation of {SET}, {len(validation):,} pairs",
            "epochs each": settings["epochs"],
            "rate": fitted["ours"].rate,
            "nats a sentence": {name: float(each.mean()) for name, each in nats.items()},
            "importance_samples": SAMPLES,
            "nats a sentence that z wins": float(wins.mean()),
            "standard error of these": float(wins.std(ddof=1) / len(wins) ** 0.5),
            "kl_nats": figures["kl_nats"],
            "nats_lost_by_shuffling_z": figures["nats_lost_by_shuffling_z"],
            "bleu_lower": {
                name: fitted[name].evaluate(validation.X, validation.y, samples=0)["bleu_lower"] for name in fitted
            },
        },
    )


if __name__ == "__main__":
    main()
