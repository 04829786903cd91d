"""`TextVAE`: one latent code that reconstructs a text and predicts its label."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..core.batch import Batch
from ..core.choosing import replay
from ..core.model import LatentModel
from ..core.posteriors import NormalPosterior
from ..core.priors import make_prior
from ..estimator.diagnostics import Look
from ..estimator.labelled import LabelledEstimator
from ..estimator.panels import Panel
from ..estimator.sampling import draw_codes
from ..fitting.plan import Plan, Schedule
from ..tokens.figures import TokenFigures, perplexities
from ..tokens.networks import BidirectionalEncoder
from ..tokens.vocabulary import PAD
from .data import TextData, TextReader
from .networks import RecurrentDecoder
from .parameters import TextParameters
from .stream import Texts

PSEUDO_INPUTS, PSEUDO_TOKENS = 64, 40
CANDIDATE_TEMPERATURE = 0.5


class TextVAE(TextParameters, LabelledEstimator):
    """A variational autoencoder of texts with a linear classifier on its latent code (Bowman et al. 2016).

        text -> bidirectional LSTM encoder -> q(z | text) -> z -+-> LSTM decoder, which sees z at every step -> text
                                                                +-> one linear layer -> label

    The encoder reads, beside each word's vector, one of the pair of that word and the word before it, by hashing
    (`bigram_buckets`). All three parts are trained at once on

        E_q[log p(text | z) + label_weight * log p(label | z)] - beta * KL(q || p).

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    reader_ : TextReader
        The `vocabulary` and the `classes`.

    Examples
    --------
    >>> from vaeworks import TextVAE
    >>> texts, labels = ["a film to love", "a film to forget"] * 20, ["fresh", "rotten"] * 20
    >>> model = TextVAE(latent_dim=2, epochs=1).fit(texts, labels)
    >>> model.transform(texts).shape
    (40, 2)
    >>> model.predict_proba(["a film to love"]).shape
    (1, 2)
    """

    kind = "text"
    title = "A text VAE"
    caution = (
        "It repeats what its training texts say, biases and errors included; what it reconstructs and samples is no "
        "fact."
    )
    Reader = TextReader
    reader_: TextReader

    def _build(self, data: TextData | None) -> LatentModel:
        words = len(self.reader_.vocabulary)
        encoder = BidirectionalEncoder(
            words, self.embedding_dim, self.encoder_units, self.dropout, self.word_dropout, self.bigram_buckets
        )
        decoder = RecurrentDecoder(
            min(words, self.decoder_words or words),
            self.latent_dim,
            self.embedding_dim,
            self.decoder_units,
            self.decoder_dropout,
            self.decoder_word_dropout,
            self.max_tokens + 1,
        )
        return LatentModel(
            encoder,
            NormalPosterior(encoder.features, self.latent_dim),
            make_prior(self.prior, self.latent_dim, lambda: pseudo_inputs(data)),
            decoder,
            self._heads(),
        )

    def _plan(self, data: Any) -> Plan:
        labels = Schedule(0.0, self.label_weight, self.label_warmup, delay=self.label_delay)
        return self._usual_plan(self.epochs, self.learning_rate, label_weight=labels)

    def reconstruct(self, X: Any, candidates: int = 16) -> list[str]:
        """Each text as its posterior mean is decoded; see `decode`."""
        return self.decode(self.transform(X), candidates)

    def decode(self, Z: np.ndarray, candidates: int = 16) -> list[str]:
        """A text for each latent code in Z (N, latent_dim).

        Parameters
        ----------
        candidates : int
            1 gives the most probable text that a beam search finds, which says little where z says little. More draw
            further texts, and give the one whose own posterior is densest at z.
        """
        codes = self._codes(Z)
        texts = [self._written(codes, lambda likelihood: likelihood.mode())]
        if candidates > 1:
            drawn = self._written(codes, self._drawing(candidates - 1), candidates - 1)
            texts += [drawn[copy :: candidates - 1] for copy in range(candidates - 1)]
        best = torch.stack([self._densities(column, codes) for column in texts]).argmax(0).tolist()
        return [texts[candidate][row] for row, candidate in enumerate(best)]

    def _drawing(self, count: int) -> Callable[[Any], Tensor]:
        """How a likelihood over copies of rows draws its candidates, with the copies of a row put side by side."""

        def draw(likelihood: Any) -> Tensor:
            drawn = likelihood.candidates(count, CANDIDATE_TEMPERATURE, self.random_state)
            return drawn.unflatten(0, (count, -1)).transpose(0, 1).flatten(0, 1)

        return draw

    @torch.no_grad()
    def _densities(self, texts: list[str], codes: Tensor) -> Tensor:
        """log q(z | text) for each text and its code, (N,)."""
        posteriors = [self.model_.posterior_of(batch) for batch in self.batches([readable(text) for text in texts])]
        parts = codes.to(self._device()).split([posterior.batch_shape[0] for posterior in posteriors])
        return torch.cat([q.log_prob(z) for q, z in zip(posteriors, parts, strict=True)]).cpu()

    def sample(
        self,
        n: int = 1,
        label: Any = None,
        temperature: float = 0.8,
        random_state: int | None = None,
        candidates: int = 4,
        prior: str = "model",
    ) -> list[str]:
        """New texts: z from the prior, then words from the decoder.

        Parameters
        ----------
        n : int
        label : object or None
            Draw for this class: codes from p(z | label), exactly.
        temperature : float
            Of the words; 1 is the model itself, 0 is greedy.
        random_state : int or None
            None takes the estimator's.
        candidates : int
            With a label, so many texts are drawn from each code, and the one that itself reads most like the label is
            given; 1 draws from the model alone.
        prior : 'model' or 'aggregated'
            Where codes come from: the prior of the bound, or the mixture fitted to the codes of data.
        """
        self._check_count(n, "texts")
        with self._seeded(random_state):
            z = draw_codes(self, n, label, prior)
            if label is None:
                return self._written(z, lambda likelihood: likelihood.sample(temperature))
            return self._likeliest(z, label, temperature, candidates)

    def _likeliest(self, z: Tensor, label: Any, temperature: float, candidates: int) -> list[str]:
        """Of some texts drawn from each code, the one that reads most like the label."""
        texts = self._written(z.repeat_interleave(candidates, 0), lambda likelihood: likelihood.sample(temperature))
        if candidates == 1:
            return texts
        index = int(self._classes().indices([label])[0])
        chances = self.predict_proba([readable(text) for text in texts])[:, index].reshape(len(z), candidates)
        return [texts[row * candidates + best] for row, best in enumerate(chances.argmax(1).tolist())]

    @torch.no_grad()
    def _written(self, codes: Tensor, decode: Callable[[Any], Tensor], copies: int = 1) -> list[str]:
        """The texts that `decode` makes of the likelihoods of codes (N, latent_dim), each repeated `copies` times."""
        device = self._device()
        self.model_.eval()
        texts: list[str] = []
        for part in codes.to(device).split(self.batch_size):
            rows = part.repeat(copies, 1)
            _, state, condition = self.model_.descend(Batch(None), replay([rows]), len(rows))
            texts += [
                self.reader_.vocabulary.decode(ids) for ids in decode(self.model_.decoder(state, condition)).tolist()
            ]
        return texts

    def _derived(self, figures: dict) -> dict:
        return {**super()._derived(figures), **perplexities(figures)}

    def _looks(self, y: Any) -> list[Look]:
        return [*super()._looks(y), TokenFigures(self.model_)]

    def body(self) -> str:
        return f"""Bidirectional LSTM encoder, {self.latent_dim} latent units, one linear layer to the labels,
LSTM decoder. {len(self.reader_.vocabulary):,} {self.tokens}; the first {self.max_tokens} of a text are reconstructed,
and the last {self.tail_tokens} of a longer one are read too."""

    def panels(self, X: Any, y: Any = None) -> list[Panel]:
        """The panels of every kind, and reconstructions, an interpolation and samples."""
        first = next(iter(Texts(X, y)))[0][:12]
        walk = self.interpolate(first[0], first[-1])
        samples = self.sample(12)
        return [
            *super().panels(X, y),
            Panel(
                "Reconstructions",
                "Texts and what their latent codes decode into.",
                "table",
                {
                    "columns": ["original", "reconstruction"],
                    "rows": list(zip(first, self.reconstruct(first), strict=True)),
                },
            ),
            Panel(
                "Interpolation",
                "From the first text's code to another's, in even steps.",
                "table",
                {"columns": ["text"], "rows": [[first[0]], *([text] for text in walk), [first[-1]]]},
            ),
            Panel(
                "Samples",
                "Codes drawn from the prior, words from the decoder.",
                "table",
                {"columns": ["text"], "rows": [[text] for text in samples]},
            ),
        ]


def readable(text: str) -> str:
    """A text that the encoder can read, where the decoder said nothing."""
    return text if text.strip() else "."


def pseudo_inputs(data: TextData | None) -> Tensor:
    """Token ids (64, 40) of texts for a VampPrior, few texts repeated; padding where weights are about to be loaded."""
    rows = torch.full((PSEUDO_INPUTS, PSEUDO_TOKENS), PAD)
    filled = 0
    for batch in data.epoch(0) if data is not None else ():
        assert batch.input is not None
        part = batch.input[: PSEUDO_INPUTS - filled, :PSEUDO_TOKENS]
        rows[filled : filled + len(part), : part.shape[1]] = part
        filled += len(part)
        if filled == PSEUDO_INPUTS:
            break
    return rows[torch.arange(PSEUDO_INPUTS) % max(filled, 1)]
