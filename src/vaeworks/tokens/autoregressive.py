"""The likelihood of a sequence of tokens, scored at once or decoded step by step."""

from typing import Any

import torch
from torch import Tensor

from .beams import Hypotheses, beam_search, speakable
from .stepper import Stepper
from .vocabulary import END, PAD, START

ROWS_AT_ONCE = 4096  # of log-probabilities over the whole vocabulary


class Autoregressive:
    """p(tokens | z, condition), each token given those before it; it makes its own inputs from what it scores.

    Parameters
    ----------
    network : Stepper
    z : Tensor (N, D)
    condition : object
        Whatever the network's `begin` reads.
    most_tokens : int
        The longest sequence that `sample` and `mode` give, end mark included.
    """

    def __init__(self, network: Stepper, z: Tensor, condition: Any = None, most_tokens: int = 200) -> None:
        self.network, self.z, self.condition, self.most_tokens = network, z, condition, most_tokens

    def log_prob(self, target: Tensor, observed: Tensor | None = None) -> Tensor:
        """log p(target | z) in nats, (N,); positions that are not observed are neither scored nor fed back."""
        return self.log_prob_per_token(target, observed).sum(1)

    def log_prob_per_token(self, target: Tensor, observed: Tensor | None = None) -> Tensor:
        """log p of each token given those before it, (N, T); 0 where not observed."""
        observed = torch.ones_like(target, dtype=torch.bool) if observed is None else observed
        features = self._features(target, observed)
        scores = self.network.score(features[observed], target[observed])
        return torch.zeros(target.shape, device=target.device).masked_scatter(observed, scores.float())

    def guesses(self, target: Tensor, observed: Tensor) -> Tensor:
        """The most probable token at each observed position given the true ones before it, (observed.sum(),)."""
        parts = self._features(target, observed)[observed].split(ROWS_AT_ONCE)
        return torch.cat([self.network.log_probs(part).argmax(-1) for part in parts])

    def _features(self, target: Tensor, observed: Tensor) -> Tensor:
        known = target.masked_fill(~observed, PAD)
        inputs = torch.cat([torch.full_like(known[:, :1], START), known[:, :-1]], dim=1)
        return self.network.advance(inputs, *self.network.begin(self.z, self.condition))[0]

    @torch.no_grad()
    def sample(self, temperature: float = 1.0) -> Tensor:
        """Draw tokens one by one, (N, T), each row padded after its end mark.

        Parameters
        ----------
        temperature : float
            Divides the log-probabilities of words: below 1 the draws are nearer to the mode, at 0 greedy.
        """
        if temperature <= 0:
            return self._decode(lambda log_probs: log_probs.argmax(-1))
        return self._decode(lambda log_probs: torch.multinomial((log_probs / temperature).softmax(-1), 1)[:, 0])

    @torch.no_grad()
    def candidates(self, count: int, temperature: float, seed: int) -> Tensor:
        """Draws for rows that are `count` copies of the same ones, copy-major, (N, T), padded as those of `sample`.

        The noise differs between copies and is shared by the rows of one, so what is drawn for a row depends only on
        its code and the seed, never on its batch (the maximum over Gumbel noise is a draw).
        """
        generator = torch.Generator(self.z.device).manual_seed(seed)

        def choose(log_probs: Tensor) -> Tensor:
            uniform = torch.rand(count, 1, log_probs.shape[-1], generator=generator, device=log_probs.device)
            gumbel = -(-uniform.clamp(1e-20, 1 - 1e-7).log()).log()
            return ((log_probs / temperature).unflatten(0, (count, -1)) + gumbel).argmax(-1).flatten()

        return self._decode(choose)

    def _decode(self, choose: Any) -> Tensor:
        (state, given), rows = self.network.begin(self.z, self.condition), len(self.z)
        last = torch.full((rows,), START, device=self.z.device)
        ended = torch.zeros(rows, dtype=torch.bool, device=self.z.device)
        tokens: list[Tensor] = []
        while len(tokens) < self.most_tokens and not ended.all():
            features, state = self.network.advance(last[:, None], state, given)
            last = choose(speakable(self.network.log_probs(features[:, 0]))).masked_fill(ended, PAD)
            tokens.append(last)
            ended = ended | (last == END)
        return torch.stack(tokens, dim=1)

    def mode(self, beams: int = 4, length_power: float = 1.0) -> Tensor:
        """The most probable sequence that a beam search finds, (N, T), padded after its end mark.

        Hypotheses are compared by their log-probability per token, or per that power of their length, since the sum
        alone favours short ones.
        """
        return self.hypotheses(beams, length_power).tokens[:, 0]

    @torch.no_grad()
    def hypotheses(self, beams: int, length_power: float = 1.0) -> Hypotheses:
        """The best sequences that a beam search finds; see `beam_search`."""
        begun = self.network.begin(self.z, self.condition)
        return beam_search(self.network, begun, len(self.z), beams, self.most_tokens, length_power)
