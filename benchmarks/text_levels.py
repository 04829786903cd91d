"""A code for each sentence against one for the whole review: training speed, and the bound after as many minutes.

python benchmarks/text_levels.py        # about 15 minutes of one core, which nothing else may use

Both models have the sizes of the preset `sentences` and are asked for the same nats of KL; the flat one, which is
quicker, gets more reviews, so that both train for the same time. The flat one has as many latent units as make its KL
per unit that of a phrase's code. Labels take no part.
"""

import statistics
import sys

import torch
from imdb_reviews import read
from recorded import record

from vaeworks import TextVAE
from vaeworks.text.presets import PRESETS

RATE, REVIEWS, FEW, ROUNDS, HELD_OUT = 600.0, 8000, 400, 3, 500
EACH = {1: {"levels": 1, "latent_dim": 384}, 2: {"levels": 2}}
COMMON = {"rate": RATE, "epochs": 1, "pseudo_labels": False, "averaging": 0.99, "validation_fraction": 0.0}


def main() -> None:
    torch.set_num_threads(1)
    splits = read()
    texts, others = splits["unlabelled"][0], splits["validation"][0][:HELD_OUT]
    rates = [{levels: speed(levels, texts[:FEW]) for levels in EACH} for _ in range(ROUNDS)]
    ratio = statistics.median(each[2] / each[1] for each in rates)
    figures = {
        levels: trained(levels, texts[: int(REVIEWS * share)], others) for levels, share in ((2, 1), (1, 1 / ratio))
    }
    record(
        "text_levels",
        {
            "split": f"{HELD_OUT} reviews of the validation films",
            "precision": "bf16-mixed, one core",
            "tokens a second, two levels against one": ratio,
            "rounds, tokens a second": [{str(levels): rate for levels, rate in each.items()} for each in rates],
            "one level": figures[1],
            "two levels": figures[2],
        },
    )


def model(levels: int) -> TextVAE:
    preset = PRESETS["sentences"].parameters
    return TextVAE(**{**preset, **EACH[levels], **COMMON}, precision="bf16-mixed", device="cpu")


def speed(levels: int, texts: list[str]) -> float:
    fitted = model(levels).fit(texts)
    tokens = sum(int(batch.observed.sum()) for batch in fitted.batches(texts))
    return tokens / fitted.history_[0]["seconds"]


def trained(levels: int, texts: list[str], others: list[str]) -> dict:
    fitted = model(levels).fit(texts)
    found = fitted.evaluate(others, samples=0)
    figures = {
        "reviews": len(texts),
        "seconds": fitted.history_[0]["seconds"],
        "kl_nats": found["kl_nats"],
        "reconstruction_nats": found["reconstruction_nats"],
        "nats a token, upper bound": found["negative_elbo_nats"] * found["examples"] / found["tokens"],
    }
    print(levels, figures, file=sys.stderr)
    return figures


if __name__ == "__main__":
    main()
