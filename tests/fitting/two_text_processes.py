"""A text model whose rarest word is in few batches: `torchrun two_text_processes.py OUT` fits and saves it."""

import sys

import torch

from vaeworks import TextVAE

texts = [f"common words and number{row % 9}" for row in range(100)] + ["rare"]
model = TextVAE(
    latent_dim=2,
    epochs=1,
    batch_size=10,
    min_count=1,
    max_tokens=8,
    embedding_dim=4,
    encoder_units=4,
    decoder_units=8,
    bigram_buckets=8,
    device="cpu",
).fit(texts, [index % 2 for index in range(101)])
if torch.distributed.get_rank() == 0:
    model.save(sys.argv[1])
torch.distributed.destroy_process_group()
