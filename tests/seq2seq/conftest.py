"""A small language, whose sentences have two translations each, and a fitted model of it; nobody changes them."""

import random

import pytest

ANIMALS = {"dog": ("hund", "köter"), "cat": ("katze", "mieze"), "horse": ("pferd", "gaul")}
DOES = {"runs": "rennt", "sleeps": "schläft", "eats": "frisst", "jumps": "springt"}
WHERE = {"in the park": "im park", "at home": "zu hause", "by the sea": "am meer"}


@pytest.fixture(scope="session")
def small_language():
    """300 pairs: every animal has two names, and which of them is used the source does not say."""
    draw = random.Random(0)
    sources, targets = [], []
    for _ in range(300):
        animal, does, where = draw.choice(list(ANIMALS)), draw.choice(list(DOES)), draw.choice(list(WHERE))
        sources.append(f"A {animal} {does} {where}.")
        targets.append(f"Ein {draw.choice(ANIMALS[animal])} {DOES[does]} {WHERE[where]}.")
    return sources, targets


def tiny(**settings):
    from vaeworks import Seq2SeqVAE

    sizes = {"embedding_dim": 32, "units": 32, "posterior_units": 16, "latent_dim": 4, "vocabulary_size": 330}
    drops = {"dropout": 0.1, "decoder_dropout": 0.1, "word_dropout": 0.0, "decoder_word_dropout": 0.0}
    usual = {"batch_size": 20, "learning_rate": 1e-2, "epochs": 90, "averaging": 0.9, "patience": None, "rate": 1.0}
    return Seq2SeqVAE(**{**sizes, **drops, **usual, "max_tokens": 24, "device": "cpu", **settings})


@pytest.fixture(scope="session")
def small_translator(small_language):
    return tiny().fit(*small_language)
