"""A translator of captions on the test set: BLEU, bounds, what z is worth, alternatives, and speed.

vae fit seq2seq multi30k-en-de --out models/en-de
python benchmarks/seq2seq_multi30k.py [MODEL]     # a folder, or what ships as en-de; on validation with --validation
"""

import sys
import time
from itertools import permutations

import numpy as np
import torch
from recorded import record
from sacrebleu.metrics import BLEU

from vaeworks import Seq2SeqVAE, datasets, load
from vaeworks.core.choosing import prior_mean

SAMPLES, COUNT, ROUNDS = 100, 5, 3


@torch.no_grad()
def beams(model: Seq2SeqVAE, sources: list[str]) -> list[list[str]]:
    """The five best of one beam, at the prior's mean."""
    found = []
    for batch in model.batches(sources):
        _, z, condition = model.model_.descend(batch, prior_mean)
        hypotheses = model.model_.decoder(z, condition).hypotheses(COUNT).tokens.tolist()
        found += [[model.reader_.vocabulary.decode(ids) for ids in row] for row in hypotheses]
    return found


def self_bleu(lists: list[list[str]]) -> float:
    """Mean corpus BLEU of every place in the lists against every other: lower is more different (Shen et al. 2019)."""
    whole = [texts + texts[:1] * (COUNT - len(texts)) for texts in lists]
    columns = list(zip(*whole, strict=True))
    scores = [BLEU(lowercase=True).corpus_score(one, [other]).score for one, other in permutations(columns, 2)]
    return float(np.mean(scores))


def oracle(lists: list[list[str]], targets: list[str]) -> float:
    """Corpus BLEU of the best of each list, by sentence BLEU against the target."""
    judge = BLEU(lowercase=True, effective_order=True)
    best = [
        max(texts, key=lambda text: judge.sentence_score(text, [target]).score)
        for texts, target in zip(lists, targets, strict=True)
    ]
    return BLEU(lowercase=True).corpus_score(best, [targets]).score


def speed(model: Seq2SeqVAE, sources: list[str]) -> list[float]:
    """Sentences a second in several rounds, beam 5, batches of 64."""
    model.set_params(batch_size=64).predict(sources[:64])
    rates = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        model.predict(sources)
        rates.append(len(sources) / (time.perf_counter() - began))
    return rates


def main() -> None:
    words = [word for word in sys.argv[1:] if word != "--validation"]
    model = load(words[0] if words else "en-de").set_params(verbose=False)
    split = "validation" if "--validation" in sys.argv else "test"
    part = datasets.load_pairs("multi30k-en-de").splits[split]
    figures = model.evaluate(part.X, part.y, samples=SAMPLES)
    greedy = model.evaluate(part.X, part.y, samples=0, beam=1)
    lists = {"alternatives, different z": model.alternatives(part.X, COUNT), "one beam's best": beams(model, part.X)}
    show = record if split == "test" else print  # what chooses is not kept
    show(
        "seq2seq_multi30k",
        {
            "model": words[0] if words else "en-de",
            "split": f"{split} of multi30k-en-de, {len(part):,} pairs",
            "figures": figures,
            "greedy": {name: greedy[name] for name in ("bleu", "bleu_lower", "chrf")},
            "five": {
                name: {
                    "self_bleu_lower": self_bleu(found),
                    "oracle_bleu_lower": oracle(found, part.y),
                    "fewer than five": sum(len(set(texts)) < COUNT for texts in found),
                }
                for name, found in lists.items()
            },
            "threads": torch.get_num_threads(),
            "sentences a second, beam 5": speed(model, part.X),
        },
    )


if __name__ == "__main__":
    main()
