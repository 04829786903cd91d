"""Texts of two levels drawn sentence by sentence: of several codes the one whose words are the most certain.

A code that the prior gives may lie where none of a real sentence does, and there the decoder is unsure of its words.
What it is surest of repeats itself (Holtzman et al. 2020), so a word that stands in a sentence again counts once.
"""

from typing import cast

import torch
from torch import Tensor, nn

from ..core.model import LatentModel
from ..tokens.autoregressive import Autoregressive
from ..tokens.vocabulary import PAD
from .sentences import CodesInTurn, SentenceBlock, SentencesDecoder


@torch.no_grad()
def drawn_in_turn(model: LatentModel, z: Tensor, temperature: float, candidates: int) -> Tensor:
    """Tokens (N, S, T) of the sentences of texts with the codes z (N, D), until a draw says that the text ends.

    Parameters
    ----------
    temperature : float
        Of the words.
    candidates : int
        Codes that the prior gives for each sentence, after those that were taken before it.
    """
    block, decoder = cast(SentenceBlock, model.blocks[0]), cast(SentencesDecoder, model.decoder)
    network, rows = block.network, torch.arange(len(z), device=z.device)
    state, code, sentences = network.begin(z), z.new_zeros(len(z), network.size), []
    for place in range(block.most):
        told, known, state = network.after(z, code, state)
        codes = network.code(told.repeat(candidates, 1), place, lambda prior, *at: prior.sample())
        words = decoder.writer(torch.cat([z.repeat(candidates, 1), codes], dim=-1))
        tokens, best = most_certain(words, temperature, candidates)
        sentences.append((rows, tokens))
        code = codes[best]
        goes_on = ~ended(network, z, known, code, temperature)
        hidden, cell = state
        rows, z, code, state = rows[goes_on], z[goes_on], code[goes_on], (hidden[:, goes_on], cell[:, goes_on])
        if not len(rows):
            break
    return together(sentences)


def most_certain(words: Autoregressive, temperature: float, candidates: int) -> tuple[Tensor, Tensor]:
    """Of sentences drawn from codes, copy-major, those with the highest log p a different token, (N, T), and which."""
    tokens = words.sample(temperature)
    certain = words.log_prob(tokens, tokens != PAD) / different(tokens)
    each = certain.unflatten(0, (candidates, -1))
    best = each.argmax(0) * each.shape[1] + torch.arange(each.shape[1], device=each.device)
    return tokens[best], best


def different(tokens: Tensor) -> Tensor:
    """How many different tokens stand in each row, (N,), padding left aside."""
    ordered = nn.functional.pad(tokens.sort(1).values, (1, 0), value=PAD)
    return (ordered.diff(dim=1) > 0).sum(1)


def ended(network: CodesInTurn, z: Tensor, known: Tensor, code: Tensor, temperature: float) -> Tensor:
    """Whether texts end after a code (N, C), as a draw says, or at temperature 0 the more probable, (N,)."""
    logits = network.ends(z, known, code[:, None])[:, 0]
    return logits > 0 if temperature == 0 else logits.sigmoid().bernoulli() > 0


def together(sentences: list[tuple[Tensor, Tensor]]) -> Tensor:
    """One tensor (N, S, T) of the tokens of sentences and the rows that have them, padded."""
    longest = max(tokens.shape[1] for _, tokens in sentences)
    first, count = sentences[0][1], len(sentences)
    texts = first.new_full((len(first), count, longest), PAD)
    for place, (rows, tokens) in enumerate(sentences):
        texts[rows, place, : tokens.shape[1]] = tokens
    return texts
