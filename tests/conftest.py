"""A corpus and a fitted text model that several folders look at; nobody changes them."""

import os
import random
from pathlib import Path

import pytest
from hypothesis import settings

os.environ.setdefault("OMP_NUM_THREADS", "1")  # two threads on small tensors cost more than they save
settings.register_profile("seeded", deadline=None, derandomize=True)
settings.load_profile("seeded")

WORDS = {"good": ("great", "lovely", "funny", "moving"), "bad": ("dull", "awful", "boring", "weak")}
THEMES = (
    "we saw this film in town",
    "the cast sings old songs",
    "her story begins at sea",
    "nobody wrote a plot here",
)


@pytest.fixture(scope="module")
def numbers():
    """The class of a made-up kind, which is found from one line in the table of kinds."""
    import vaeworks
    from vaeworks.kinds import KINDS, Kind

    made_up = str(Path(__file__).parent / "made_up")
    vaeworks.__path__.append(made_up)
    KINDS["numbers"] = Kind("numbers", "numbers", "NumbersVAE", "numbers")
    yield KINDS["numbers"].estimator_class()
    del KINDS["numbers"]
    vaeworks.__path__.remove(made_up)


@pytest.fixture(scope="session")
def tiny_corpus():
    """200 sentences on four themes, and whether each is 'good' or 'bad'."""
    draw = random.Random(0)

    def sentence(words):
        return f"a {draw.choice(words)} day: {draw.choice(THEMES)} and it was {draw.choice(words)}."

    labels = ["good" if row % 2 else "bad" for row in range(200)]
    return [sentence(WORDS[label]) for label in labels], labels


@pytest.fixture(scope="session")
def tiny_text_model(tiny_corpus):
    """A TextVAE that has learned the corpus: its labels, and the themes of its sentences."""
    from vaeworks import TextVAE

    model = TextVAE(
        latent_dim=4,
        rate=5.0,
        label_weight=10.0,
        epochs=25,
        batch_size=20,
        learning_rate=2e-2,
        averaging=0.9,
        patience=None,
        max_tokens=16,
        min_count=1,
        embedding_dim=16,
        encoder_units=16,
        decoder_units=32,
        dropout=0.1,
        decoder_word_dropout=0.5,
        bigram_buckets=64,
        validation_fraction=0.2,
        device="cpu",
    )
    return model.fit(*tiny_corpus)
