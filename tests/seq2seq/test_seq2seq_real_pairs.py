"""A short fit on real pairs.

`tatoeba.tsv.gz`: 2,200 English sentences of a form ("I'm", "he is", ...) with French translations, a sample of the
export of 2019-04-07 by manythings.org/anki, from tatoeba.org, whose authors give them under CC BY 2.0.
"""

import gzip
from collections import Counter
from pathlib import Path

import pytest
import sacrebleu

from vaeworks import Seq2SeqVAE

PAIRS, KEPT, LEAST_BLEU = Path(__file__).with_name("tatoeba.tsv.gz"), 2000, 10.0


@pytest.mark.slow
def test_a_short_fit_on_two_thousand_real_pairs_translates_others():
    rows = [line.split("\t") for line in gzip.decompress(PAIRS.read_bytes()).decode().splitlines()]
    sources, targets = ([row[side] for row in rows] for side in (0, 1))
    sizes = {"units": 64, "embedding_dim": 64, "posterior_units": 32, "latent_dim": 8, "vocabulary_size": 1000}
    drops = {"dropout": 0.1, "decoder_dropout": 0.1, "max_tokens": 20}
    usual = {"epochs": 12, "batch_size": 32, "learning_rate": 1e-2, "averaging": 0.99, "patience": None, "rate": 1.0}
    model = Seq2SeqVAE(**sizes, **drops, **usual, device="cpu").fit(sources[:KEPT], targets[:KEPT])
    figures = model.evaluate(sources[KEPT:], targets[KEPT:], samples=0, beam=1)
    [(usual_answer, _)] = Counter(targets[:KEPT]).most_common(1)
    same = sacrebleu.corpus_bleu([usual_answer] * 200, [targets[KEPT:]]).score
    assert figures["bleu"] > LEAST_BLEU > 3 * same
    assert figures["nats_lost_by_shuffling_z"] > 0.3
