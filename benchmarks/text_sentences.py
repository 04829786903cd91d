"""Words that come back: reconstructions of IMDB reviews and of their sentences, and samples.

python benchmarks/text_sentences.py imdb-sentences      # needs rapidfuzz: pip install rapidfuzz; 20 minutes of a core

The model of one level that ships stands beside. `--validation` takes the validation films, which choose settings.
"""

import sys
from collections import Counter
from itertools import pairwise

import numpy as np
from imdb_reviews import read
from kneser_ney import Trigram
from rapidfuzz.distance import LCSseq
from recorded import record
from sacrebleu.metrics import BLEU
from sentencex import segment
from text_baselines import linear

from vaeworks import TextVAE, load
from vaeworks.tokens.vocabulary import END, START, UNKNOWN

REVIEWS, FEW, FIRST, SHORT, LONG, SAMPLES = 250, 100, 200, 12, 30, 200


def bleu(found: list[str], wanted: list[str]) -> float:
    """Of texts as the vocabulary writes them, whose tokens stand apart."""
    return BLEU(tokenize="none", force=True).corpus_score(found, [wanted]).score


def rouge_l(found: list[str], wanted: list[str]) -> float:
    """Mean F1 of the longest common subsequence of words (Lin 2004)."""
    scores = [
        2 * LCSseq.similarity(one.split(), other.split()) / max(1, len(one.split()) + len(other.split()))
        for one, other in zip(found, wanted, strict=True)
    ]
    return float(np.mean(scores))


def written(model: TextVAE, texts: list[str], most: int | None = None) -> list[str]:
    """The texts in the tokens that the model scores."""
    vocabulary, words = model.reader_.vocabulary, model.decoder_words
    ids = [row[:most] for row in vocabulary.encode(texts)]
    return [vocabulary.decode([UNKNOWN if words and word >= words else word for word in row]) for row in ids]


def cut(text: str, most: int = FIRST) -> str:
    return " ".join(text.split()[:most])


def sentences(pairs: list[tuple[str, str]]) -> dict:
    """Of what is read of sentences and written again."""
    lengths = np.array([len(one.split()) for one, _ in pairs])
    found, wanted = np.array([other for _, other in pairs]), np.array([one for one, _ in pairs])
    some = {most: (list(found[lengths <= most]), list(wanted[lengths <= most])) for most in (LONG, SHORT)}
    return {
        "sentences": len(some[LONG][0]),
        **{f"BLEU, up to {most} words": bleu(*each) for most, each in some.items()},
        "exact": float((found == wanted)[lengths <= LONG].mean()),
    }


def alone(model: TextVAE, texts: list[str]) -> list[tuple[str, str]]:
    """Of sentences by themselves, each a text."""
    parts = [part.strip() for text in texts for part in segment("en", text) if part.strip()]
    return list(zip(written(model, parts), model.reconstruct(parts), strict=True))


def reviews(model: TextVAE, texts: list[str], judge) -> dict:
    found, wanted = model.reconstruct(texts), written(model, texts, FIRST)
    cuts = [cut(text) for text in found]
    said = [judge.predict(each) for each in (texts, found)]
    return {
        "reviews": len(texts),
        f"BLEU, first {FIRST} tokens": bleu(cuts, wanted),
        "ROUGE-L": rouge_l(cuts, wanted),
        "judge says the same of a review and its reconstruction": float((said[0] == said[1]).mean()),
        "examples": [list(pair) for pair in zip(texts[:3], found[:3], strict=True)],
    }


def repeated(texts: list[str]) -> float:
    """Share of the 4-grams of a text that stand in it before."""
    shares = []
    for text in texts:
        words = text.split()
        grams = Counter(zip(*(words[at:] for at in range(4)), strict=False))
        shares.append(1 - len(grams) / max(1, sum(grams.values())))
    return float(np.mean(shares))


def samples(texts: list[str], trigram: Trigram, model: TextVAE) -> dict:
    ids = [np.array([*row, END]) for row in model.reader_.vocabulary.encode(texts)]
    nats = -trigram.log_prob(ids) / sum(map(len, ids))
    others = [bleu([one], [other]) for one, other in pairwise(texts)]
    return {"repeated 4-grams": repeated(texts), "self-BLEU": float(np.mean(others)), "perplexity": float(np.exp(nats))}


def main() -> None:
    splits, split = read(), "validation" if "--validation" in sys.argv else "test"
    judge, flat, model = linear(splits), load("imdb"), load(sys.argv[1])
    texts, labels = every(splits[split], REVIEWS)
    trigram = trigram_of(model, splits)
    real = written(model, texts[:SAMPLES], FIRST)
    figures = {
        "model": sys.argv[1],
        "split": split,
        "sentences of reviews": sentences(model.reconstruct_sentences(texts)),
        "sentences by themselves": sentences(alone(model, texts[:100])),
        "whole reviews": reviews(model, texts, judge),
        "whole reviews, one level": reviews(flat, every(splits[split], FEW)[0], judge),
        "accuracy on these reviews": float(np.mean(model.predict(texts) == np.array(labels))),
        "sampled reviews": samples([cut(text) for text in model.sample(SAMPLES)], trigram, model),
        "sampled reviews, one level": samples([cut(text) for text in flat.sample(SAMPLES)], trigram, model),
        "real reviews": samples(real, trigram, model),
    }
    show = record if split == "test" else print  # what chooses is not kept
    show("text_sentences", figures)


def every(split: tuple[list, list], count: int) -> tuple[list, list]:
    step = max(1, len(split[0]) // count) - 1 | 1  # odd, since labels take turns
    return split[0][::step][:count], split[1][::step][:count]


def trigram_of(model: TextVAE, splits: dict) -> Trigram:
    vocabulary = model.reader_.vocabulary
    known = [np.array([*row, END]) for row in vocabulary.encode(splits["train"][0])]
    return Trigram(known, len(vocabulary), START)


if __name__ == "__main__":
    main()
