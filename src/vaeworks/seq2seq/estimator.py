"""`Seq2SeqVAE`: a text given another, as a translation, with a latent code for what the source leaves open."""

import logging
from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted
from torch import nn

from ..core.model import LatentModel
from ..core.posteriors import RelativePosterior
from ..core.priors import GivenPrior
from ..errors import VaeworksError
from ..estimator.conditional import ConditionalEstimator
from ..estimator.diagnostics import Look
from ..estimator.panels import Panel
from ..fitting.plan import Plan
from ..progress import counted_by
from ..tokens.figures import TokenFigures, perplexities
from .bag import BagOfWords
from .data import PairData, PairReader, pairs
from .judging import ShuffledCodes, sacre
from .networks import AttendingDecoder, BothWays, SourceReader, TargetReader, Words, Writer
from .panels import pair_panels
from .parameters import Seq2SeqParameters
from .transformer import TransformerBody, TransformerDecoder
from .writing import differing, likeliest

log = logging.getLogger(__name__)


class Seq2SeqVAE(Seq2SeqParameters, ConditionalEstimator):
    """A conditional variational autoencoder of pairs of texts (Zhang et al. 2016).

        source -> encoder both ways -+-> states, which the decoder attends to
                                     +-> p(z | source) -> z -> decoder, which sees z at every step -> target
        source, target -> q(z | source, target)

    The bound is on log p(target | source). Source and target share one vocabulary of pieces of words. What a text is
    translated into is decoded at the prior's mean; other draws of z give other translations.

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    reader_ : PairReader
        The `vocabulary`.

    Examples
    --------
    >>> from vaeworks import Seq2SeqVAE
    >>> sources, targets = ["a red car", "a blue car"] * 20, ["ein rotes Auto", "ein blaues Auto"] * 20
    >>> model = Seq2SeqVAE(units=8, embedding_dim=8, epochs=1).fit(sources, targets)
    >>> len(model.predict(["a red car"]))
    1
    """

    kind = "seq2seq"
    title = "A VAE of pairs of texts"
    caution = (
        "It knows the sentences that it was fitted on, and what is like them; what it makes of others reads well and "
        "may mean something else."
    )
    Reader = PairReader
    reader_: PairReader

    def _build(self, data: PairData | None) -> LatentModel:
        source = self._source(Words(len(self.reader_.vocabulary), self.embedding_dim))
        encoder = TargetReader(source, self.posterior_units)
        return LatentModel(
            encoder,
            RelativePosterior(encoder.features, self.latent_dim),
            GivenPrior(),
            self._decoder(source),
            conditioner=source,
            aside=BagOfWords(source, self.latent_dim) if self.bag_weight else None,
        )

    def _source(self, words: Words) -> SourceReader:
        body: nn.Module = BothWays(self.embedding_dim, self.units)
        if self.network == "transformer":
            body = TransformerBody(self.embedding_dim, 2 * self.units, self.layers, self.dropout, self.max_tokens + 1)
        return SourceReader(words, body, self.units, self.latent_dim, self.dropout, self.word_dropout)

    def _decoder(self, source: SourceReader) -> Writer:
        goes_without, most = (self.decoder_dropout, self.decoder_word_dropout), self.max_tokens + 1
        if self.network == "transformer":
            units = 2 * self.units
            return TransformerDecoder(source, self.latent_dim, units, self.layers, *goes_without, most)
        return AttendingDecoder(source, self.latent_dim, self.units, *goes_without, most)

    def _plan(self, data: PairData) -> Plan:
        return self._usual_plan(self.epochs, self.learning_rate, aside_weight=self.bag_weight)

    def predict(self, X: Any, beam: int = 5, length_power: float = 1.0) -> list[str]:
        """The target of each source that a beam search finds at the prior's mean.

        Parameters
        ----------
        X : sequence of str
        beam : int
            Its width; 1 is greedy.
        length_power : float
            What is found is compared by its log-probability over this power of its length.

        Raises
        ------
        VaeworksError
            For what is no text.
        """
        check_is_fitted(self)
        check_beam(beam)
        data = self.reader_.data(X, None, self)
        parts = likeliest(self, data, beam, length_power)
        if self.verbose and data.count > self.batch_size:
            parts = counted_by(parts, data.count, "sources", lambda part: len(part[0]))
        found = {row: text for rows, texts in parts for row, text in zip(rows.tolist(), texts, strict=True)}
        return [found[row] for row in range(data.count)]

    def alternatives(
        self, X: Any, n: int = 5, beam: int = 5, length_power: float = 1.0, random_state: int | None = None
    ) -> list[list[str]]:
        """For each source n targets that differ: the first is that of `predict`, the others are from draws of z.

        Where draws give too few that differ, the rest of the beam follows; where that gives too few, there are fewer.
        """
        check_is_fitted(self)
        check_beam(beam)
        if n < 1:
            raise VaeworksError(f"there are no {n} alternatives: ask for 1 or more")
        data = self.reader_.data(X, None, self)
        with self._seeded(random_state):
            found = differing(self, data, n, beam, length_power)
        few = sum(len(texts) < n for texts in found)
        if few:
            log.warning("%d of %d sources have fewer than %d alternatives that differ", few, len(found), n)
        return found

    def evaluate(self, X: Any, y: Any = None, samples: int = 10, beam: int = 5) -> dict:
        """Measure the model on pairs.

        Parameters
        ----------
        samples : int
            Draws of z for the importance-weighted bound; 0 leaves it out.
        beam : int
            Width of the search for the translations that are scored.

        Returns
        -------
        dict
            What every kind reports; `perplexity_elbo` and `perplexity_importance` per token, upper bounds;
            `nats_lost_by_shuffling_z`, what a target costs more with the code of its neighbour; and `bleu`,
            `bleu_lower`, `chrf` by sacreBLEU, each with its signature.
        """
        check_is_fitted(self)
        sources, targets = pairs(X, y)
        figures = super().evaluate(sources, targets, samples)
        return {**figures, **sacre(self.predict(sources, beam), targets), "beam": beam}

    def token_counts(self, y: Any) -> np.ndarray:
        """How many tokens of each target are scored, end marks included, (N,)."""
        data = self.reader_.data(y, y, self)
        return np.array([len(ids) for ids in data.targets or []])

    def _derived(self, figures: dict) -> dict:
        return perplexities(figures)

    def _looks(self, y: Any) -> list[Look]:
        return [TokenFigures(self.model_), ShuffledCodes(self.model_)]

    def panels(self, X: Any, y: Any = None) -> list[Panel]:
        """The panels of every kind, and translations with alternatives."""
        return [*super().panels(X, y), *pair_panels(self, *pairs(X, y))]

    def body(self) -> str:
        how = f"LSTMs of {self.units} units read the source both ways, and two write the target"
        if self.network == "transformer":
            how = f"A Transformer of {self.layers} layers each way reads the source and writes the target"
        return f"""{how}, which attend to the source and see z, {self.latent_dim} latent units, at every step.
{len(self.reader_.vocabulary):,} pieces of words, shared by both sides; texts of more than {self.max_tokens} are cut."""


def check_beam(beam: int) -> None:
    if beam < 1:
        raise VaeworksError(f"a beam has a width of 1 or more, not {beam}")
