"""The old autoencoder of reviews that this package replaces, rebuilt as it was, beside ours on 2,000 + 1,000 reviews.

python benchmarks/text_seed.py            # about 20 minutes on 2 cores, 8 GB of memory for the old one's targets

As it was (Keras, 2021): 1,000 words, 300 padded tokens, two bidirectional LSTM-500 layers, a code of 200 with noise of
0.01 and no KL, RepeatVector and two LSTM-500 layers that never see the word before, dense one-hot float64 targets,
padding scored as text, a sentiment predictor of two layers. Here in torch, whose LSTM is the faster one.
"""

import sys
import time
from multiprocessing import get_context

import numpy as np
import torch
from imdb_reviews import read
from recorded import record
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits

from vaeworks import TextVAE
from vaeworks.estimator.diagnostics import peak_memory
from vaeworks.text.presets import LONG_TEXTS
from vaeworks.tokens.vocabulary import PAD, Vocabulary

WORDS, LENGTH, TRAINED, TESTED, OLD_EPOCHS, BATCH = 1000, 300, 2000, 1000, 2, 32
SAME = {"vocabulary_size": WORDS, "max_tokens": LENGTH, "bigram_buckets": 0}
LONG = LONG_TEXTS | {
    "max_tokens": LENGTH, "tail_tokens": 0, "batch_size": BATCH, "epochs": 8, "averaging": 0.99, "label_weight": 75.0,
}  # fmt: skip
Reviews = tuple[list[str], list[str]]


def main() -> None:
    splits, random = read(), np.random.default_rng(0)
    train, test = (drawn(splits[name], count, random) for name, count in (("train", TRAINED), ("test", TESTED)))
    results = {
        "old": alone(old, train, test),
        "ours, the same words and length": alone(ours, train, test, SAME),
        "ours, all words": alone(ours, train, test, {"max_tokens": LENGTH}),
        "ours, for long texts": alone(ours, train, test, LONG),
    }
    speeds = [results[name]["real_tokens_a_second"] for name in ("ours, the same words and length", "old")]
    record("text_seed", {**results, "times as fast": speeds[0] / speeds[1]})


def drawn(split: Reviews, count: int, random: np.random.Generator) -> Reviews:
    rows = random.permutation(len(split[0]))[:count]
    return [split[0][row] for row in rows], [split[1][row] for row in rows]


def alone(run, *arguments) -> dict:
    """In a process of its own, so that the peak memory is its own."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(with_peak, (run, *arguments))


def with_peak(run, *arguments) -> dict:
    return {**run(*arguments), "peak_memory_gb": peak_memory() / 1e9}


class Old(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(WORDS, 100)
        self.encoder = nn.LSTM(100, 500, num_layers=2, bidirectional=True, batch_first=True)
        self.code = nn.Linear(1000, 200)
        self.decoder = nn.LSTM(200, 500, num_layers=2, batch_first=True)
        self.output = nn.Linear(500, WORDS)
        self.sentiment = nn.Sequential(nn.Linear(200, 100), nn.ReLU(), nn.Linear(100, 1))

    def forward(self, tokens: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        _, (last, _) = self.encoder(self.words(tokens))
        code = self.code(torch.cat([last[-2], last[-1]], dim=1))
        if self.training:
            code = code + 0.01 * torch.randn_like(code)
        states, _ = self.decoder(code[:, None].expand(-1, LENGTH, -1))
        return self.output(states), self.sentiment(code)[:, 0]


def old(train: Reviews, test: Reviews) -> dict:
    vocabulary = Vocabulary.learn([train[0]], WORDS, min_count=1)
    tokens, positive = encoded(vocabulary, train)
    one_hot = np.eye(WORDS)[tokens]
    torch.manual_seed(0)
    model = Old()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    began = time.perf_counter()
    for _ in range(OLD_EPOCHS):
        for rows in torch.randperm(len(tokens)).split(BATCH):
            logits, sentiment = model(tokens[rows])
            dense = torch.as_tensor(one_hot[rows.numpy()])
            words = -(dense * logits.double().log_softmax(-1)).sum(-1).mean()
            loss = words + binary_cross_entropy_with_logits(sentiment, positive[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(f"old: {time.perf_counter() - began:.0f} s, {loss.item():.3f}", file=sys.stderr)
    seconds = time.perf_counter() - began
    return {
        "epochs": OLD_EPOCHS,
        "seconds": seconds,
        "padded_tokens_a_second": OLD_EPOCHS * tokens.numel() / seconds,
        "real_tokens_a_second": OLD_EPOCHS * int((tokens != PAD).sum()) / seconds,
        "target_megabytes_a_review": one_hot.nbytes / len(one_hot) / 1e6,
        **old_figures(model, *encoded(vocabulary, test)),
    }


def encoded(vocabulary: Vocabulary, reviews: Reviews) -> tuple[torch.Tensor, torch.Tensor]:
    tokens = torch.full((len(reviews[0]), LENGTH), PAD)
    for row, ids in enumerate(vocabulary.encode(reviews[0])):
        tokens[row, : len(ids)] = torch.as_tensor(ids[:LENGTH])
    return tokens, torch.tensor([float(label == "positive") for label in reviews[1]])


@torch.no_grad()
def old_figures(model: Old, tokens: torch.Tensor, positive: torch.Tensor) -> dict:
    model.eval()
    parts = [model(part) for part in tokens.split(BATCH)]
    right = torch.cat([words.argmax(-1) for words, _ in parts]) == tokens
    sentiment = torch.cat([sentiment for _, sentiment in parts]) > 0
    return {
        "accuracy": float((sentiment == (positive > 0)).float().mean()),
        "token_accuracy": float(right[tokens != PAD].float().mean()),
        "token_accuracy_padding_counted": float(right.float().mean()),
    }


def ours(train: Reviews, test: Reviews, settings: dict) -> dict:
    model = TextVAE(label_name="sentiment", validation_fraction=0.0, verbose=True, **settings)
    model.fit(*train)
    figures, seconds = model.evaluate(*test, samples=0), sum(record["seconds"] for record in model.history_)
    scored = sum(int(batch.observed.sum()) for batch in model.batches(train[0]))
    return {
        "epochs": len(model.history_),
        "seconds": seconds,
        "real_tokens_a_second": len(model.history_) * scored / seconds,
        "accuracy": figures["accuracy"],
        "token_accuracy": figures["token_accuracy_free_running"],
        "token_accuracy_true_words_before": figures["token_accuracy_teacher_forced"],
        "perplexity_elbo": figures["perplexity_elbo"],
        "kl_nats": figures["kl_nats"],
        "active_units": figures["active_units"],
    }


if __name__ == "__main__":
    main()
