"""`TextVAE`: one latent code that reconstructs a text and predicts its label."""

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from sklearn.utils.validation import check_is_fitted
from torch import Tensor

from ..core.batch import Batch
from ..core.choosing import Choose, from_prior, given_top, prior_mean
from ..core.model import LatentModel
from ..core.posteriors import NormalPosterior
from ..core.priors import make_prior
from ..errors import VaeworksError
from ..estimator.cautions import well_below
from ..estimator.diagnostics import Look
from ..estimator.labelled import LabelledEstimator
from ..estimator.panels import Panel
from ..estimator.probes import ACCURACY, TFIDF
from ..estimator.sampling import class_index, draw_codes
from ..fitting.plan import Plan, Schedule
from ..labels import LABEL
from ..tokens.figures import TokenFigures, UnknownTokens, perplexities
from ..tokens.networks import BidirectionalEncoder
from .bags import tfidf_accuracy
from .data import TextData, TextReader, pseudo_inputs, window_of
from .drawing import drawn_in_turn
from .networks import RecurrentDecoder
from .parameters import TextParameters
from .reading_back import read_back
from .rewriting import moved, rewritten
from .sentences import (
    PHRASE,
    CodesInTurn,
    PhrasePlaces,
    SentenceBlock,
    SentencesDecoder,
    SentencesEncoder,
    TextPosterior,
)
from .shipped import suggest_shipped
from .stream import Texts
from .windows import Sentences

CANDIDATE_TEMPERATURE = 0.5
CANDIDATES, OF_A_SENTENCE = 16, 32
CANDIDATES_OF_A_LABEL, CANDIDATES_DRAWN = 4, 6
OF_WORDS = {1: 0.8, 2: 0.2}  # temperatures where texts are drawn, by levels
PLACE_WIDTH = 64


class TextVAE(TextParameters, LabelledEstimator):
    """A variational autoencoder of texts with a linear classifier on its latent code (Bowman et al. 2016).

        text -> bidirectional LSTM encoder -> q(z | text) -> z -+-> LSTM decoder, which sees z at every step -> text
                                                                +-> one linear layer -> label

    With two `levels` there is a code of each sentence under the code of the text: p(z_s | z, codes before), from which,
    and from z, the decoder writes that sentence. It is a row of codes of phrases, of four words each.

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
        reader, writer = self._reading(), self._writing()
        prior = make_prior(self.prior, self.latent_dim, lambda: pseudo_inputs(data, self.levels))
        if self.levels == 1:
            posterior = NormalPosterior(reader.features, self.latent_dim)
            return LatentModel(reader, posterior, prior, writer, self._heads())
        encoder = SentencesEncoder(reader, self.encoder_units, self.dropout, self._phrases())
        codes = CodesInTurn(self.latent_dim, self._phrases(), self.phrase_dim, self.encoder_units)
        return LatentModel(
            encoder,
            TextPosterior(encoder.features, self.latent_dim),
            prior,
            SentencesDecoder(writer, self.max_sentences),
            self._heads(),
            blocks=[SentenceBlock(codes, self.latent_dim, self.max_sentences)],
        )

    def _reading(self) -> BidirectionalEncoder:
        sizes = (len(self.reader_.vocabulary), self.embedding_dim, self.encoder_units)
        dropout = self.dropout if self.levels == 1 else self.decoder_dropout  # a sentence is to come back to the letter
        return BidirectionalEncoder(*sizes, dropout, self.word_dropout, self.bigram_buckets)

    def _writing(self) -> RecurrentDecoder:
        words, size, places = len(self.reader_.vocabulary), self.latent_dim, None
        if self.levels == 2:
            places = PhrasePlaces(self.latent_dim, self._phrases(), self.phrase_dim, PLACE_WIDTH)
            size += self._phrases() * self.phrase_dim
        return RecurrentDecoder(
            min(words, self.decoder_words or words),
            size,
            self.embedding_dim,
            self.decoder_units,
            self.decoder_dropout,
            self.decoder_word_dropout,
            (self.max_tokens if self.levels == 1 else self.sentence_tokens) + 1,
            places,
        )

    def _phrases(self) -> int:
        """Of the longest sentence."""
        return -(-(self.sentence_tokens + 1) // PHRASE)

    def _plan(self, data: Any) -> Plan:
        labels = Schedule(0.0, self._weight_of_labels(data), self.label_warmup, delay=self.label_delay)
        return self._usual_plan(self.epochs, self.learning_rate, label_weight=labels)

    def _nats_a_value(self) -> float:
        words = len(self.reader_.vocabulary)
        return math.log(min(words, self.decoder_words or words))

    def _simpler(self, data: Any, judged_by: Any) -> dict[str, float]:
        return tfidf_accuracy(data, judged_by)

    def _compared(self, figures: dict, data: Any, judged_by: Any) -> dict:
        figures = super()._compared(figures, data, judged_by)
        if TFIDF in figures and well_below(figures[ACCURACY], figures[TFIDF], figures["examples"]):
            suggest_shipped(self.reader_.vocabulary)
        return figures

    def reconstruct(self, X: Any, candidates: int | None = None) -> list[str]:
        """Each text as its posterior mean is decoded; see `decode`.

        With two levels that is sentence by sentence, each from its own code: half of the candidates (32 if not said)
        are what a beam search finds, half are drawn, and the one whose own code is nearest is given.
        """
        if self.levels == 1:
            return self.decode(self.transform(X), candidates or CANDIDATES)
        return [text for _, written in self._read_back(X, candidates) for text in self._words(written)]

    def reconstruct_sentences(self, X: Any, candidates: int | None = None) -> list[tuple[str, str]]:
        """Each sentence of the texts as it was read, and as its own code decodes; for two levels, see `reconstruct`.

        Raises
        ------
        VaeworksError
            For one level, which has no codes of sentences.
        """
        if self.levels == 1:
            raise VaeworksError("codes of sentences need two levels: fit with levels=2, or use reconstruct")
        decode = self.reader_.vocabulary.decode
        return [
            (decode(one), decode(other))
            for read, written in self._read_back(X, candidates)
            for one, other in zip(read.flatten(0, 1).tolist(), written.flatten(0, 1).tolist(), strict=True)
            if any(one)
        ]

    def _read_back(self, X: Any, candidates: int | None) -> Iterator[tuple[Tensor, Tensor]]:
        """Token ids of sentences (N, S, T) as they were read, and as their codes are written again."""
        check_is_fitted(self)
        model = self.model_.eval()
        for batch in self.batches(X):
            yield batch.target, read_back(model, batch, candidates or OF_A_SENTENCE, self.random_state)

    def as_written(self, texts: list[str]) -> list[str]:
        """Texts of tokens, as the model gives them, with the case and the spaces that people give them."""
        check_is_fitted(self)
        return [self.reader_.writing.written(text) for text in texts]

    def _words(self, tokens: Tensor) -> list[str]:
        return [self.reader_.vocabulary.decode(ids) for ids in tokens.flatten(1).tolist()]

    def decode(self, Z: np.ndarray, candidates: int = CANDIDATES) -> list[str]:
        """A text for each latent code in Z (N, latent_dim).

        Parameters
        ----------
        candidates : int
            1 gives the most probable text that a beam search finds, which says little where z says little. More draw
            further texts, and give the one whose own posterior is densest at z. With two levels there is 1: the codes
            of sentences are the means of their prior.
        """
        codes = self._codes(Z)
        texts = [self._written(codes, lambda likelihood: likelihood.mode())]
        if candidates > 1 and self.levels == 1:
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

    @torch.no_grad()
    def rewrite(self, X: Any, label: Any, sure: float = 0.9) -> list[str]:
        """Each text with its label turned, and as much else kept as its codes allow; one that has it stays as it is.

        The code of the text moves just so far that the linear layer is sure, and what it decodes into is given. With
        two levels the codes of sentences follow as what their prior expects of them does. Sentences that speak against
        the label are written anew, from codes that follow as little as may be; the others, and what `max_tokens` leaves
        out, stay to the letter.

        Parameters
        ----------
        label : object
            The class that the texts shall have.
        sure : float
            p(label) of the moved codes.

        Raises
        ------
        VaeworksError
            For no such label, or a share that is not between 0 and 1.
        """
        check_is_fitted(self)
        index = class_index(self, label)
        if not 0 < sure < 1:
            raise VaeworksError(f"sure is a probability between 0 and 1, not {sure!r}")
        texts = [text for part, _ in Texts(X) for text in part]
        turn = np.flatnonzero(self.predict_proba(texts).argmax(1) != index).tolist()
        new = self._turned([texts[row] for row in turn], index, sure) if turn else []
        found = dict(zip(turn, new, strict=True))
        return [found.get(row, text) for row, text in enumerate(texts)]

    def _turned(self, texts: list[str], index: int, sure: float) -> list[str]:
        model = self.model_.eval()
        if self.levels == 1:
            codes = moved(model.heads[LABEL], self._codes(self.transform(texts)), index, sure)
            return self.as_written(self.decode(codes.cpu().numpy()))
        new = (row for batch in self.batches(texts) for row in zip(*rewritten(model, batch, index, sure), strict=True))
        return [self._spliced(text, *row) for text, row in zip(texts, new, strict=True)]

    def _spliced(self, text: str, tokens: Tensor, anew: Tensor) -> str:
        """A text whose sentences are replaced where they are written anew."""
        window = window_of(self)
        assert isinstance(window, Sentences)
        sentences, rest = window.written(text, self.reader_.vocabulary)
        rows = zip(sentences, tokens.tolist(), anew.tolist(), strict=False)
        decode, write = self.reader_.vocabulary.decode, self.reader_.writing.written
        new = [write(decode(ids)) if changed else sentence for sentence, ids, changed in rows]
        return " ".join(new) + rest

    def sample(
        self,
        n: int = 1,
        label: Any = None,
        temperature: float | None = None,
        random_state: int | None = None,
        candidates: int | None = None,
        prior: str = "auto",
    ) -> list[str]:
        """New texts: z from the prior, then words from the decoder.

        Parameters
        ----------
        n : int
        label : object or None
            Draw for this class: codes from p(z | label), exactly.
        temperature : float or None
            Of the words; 1 is the model itself, 0 is greedy. None takes 0.8, or 0.2 with two levels, where codes say
            most of what differs.
        random_state : int or None
            None takes the estimator's.
        candidates : int or None
            With a label, so many texts are drawn from each code (None takes 4), and the one that itself reads most like
            the label is given. With two levels, so many codes of each sentence are drawn (None takes 6), and the one is
            taken of whose words, repeated ones counted once, the decoder is most certain. 1 draws from the model alone.
        prior : 'auto', 'model' or 'aggregated'
            Where codes come from: the prior of the bound, or the mixture fitted to the codes of data; auto takes the
            second for a label.
        """
        self._check_count(n, "texts")
        with self._seeded(random_state):
            z = draw_codes(self, n, label, prior)
            copies = 1 if label is None else candidates or CANDIDATES_OF_A_LABEL
            texts = self._drawn(z.repeat_interleave(copies, 0), temperature, candidates)
            return texts if copies == 1 else self._likeliest(texts, label, copies)

    def _likeliest(self, texts: list[str], label: Any, copies: int) -> list[str]:
        """Of some texts from each code, side by side, the one that reads most like the label."""
        index = int(self._classes().indices([label])[0])
        chances = self.predict_proba([readable(text) for text in texts])[:, index].reshape(-1, copies)
        return [texts[row * copies + best] for row, best in enumerate(chances.argmax(1).tolist())]

    def _drawn(self, z: Tensor, temperature: float | None, candidates: int | None) -> list[str]:
        temperature = OF_WORDS[self.levels] if temperature is None else temperature
        codes = CANDIDATES_DRAWN if candidates is None else candidates
        if codes > 1 and isinstance(self.model_.decoder, SentencesDecoder):
            return self._in_parts(z, lambda part: drawn_in_turn(self.model_, part, temperature, codes))
        return self._written(z, lambda likelihood: likelihood.sample(temperature), below=from_prior)

    def _written(
        self, codes: Tensor, decode: Callable[[Any], Tensor], copies: int = 1, below: Choose = prior_mean
    ) -> list[str]:
        """The texts that `decode` makes of the likelihoods of codes (N, latent_dim), each repeated `copies` times."""

        def write(part: Tensor) -> Tensor:
            rows = part.repeat(copies, 1)
            _, state, condition = self.model_.descend(Batch(None), given_top(rows, below), len(rows))
            return decode(self.model_.decoder(state, condition))

        return self._in_parts(codes, write)

    @torch.no_grad()
    def _in_parts(self, codes: Tensor, write: Callable[[Tensor], Tensor]) -> list[str]:
        """The texts whose tokens `write` makes of codes (N, latent_dim), a batch at a time."""
        device = self._device()
        self.model_.eval()
        parts = codes.to(device).split(self.batch_size)
        return [text for part in parts for text in self._words(write(part))]

    def _derived(self, figures: dict) -> dict:
        return {**super()._derived(figures), **perplexities(figures)}

    def _looks_of_a_fit(self) -> list[Look]:
        return [*super()._looks_of_a_fit(), UnknownTokens()]

    def _looks(self, y: Any) -> list[Look]:
        return [*super()._looks(y), UnknownTokens(), TokenFigures(self.model_)]

    def body(self) -> str:
        words = f"{len(self.reader_.vocabulary):,} {self.tokens}; the first {self.max_tokens} of a text"
        if self.levels == 2:
            return f"""Bidirectional LSTMs read sentences, and the text from what they found; {self.latent_dim} latent
units, one linear layer to the labels; under them {self.phrase_dim} of each four words of a sentence, from which an LSTM
writes it. {words}, in up to {self.max_sentences} sentences of up to
{self.sentence_tokens}, are read and reconstructed."""
        return f"""Bidirectional LSTM encoder, {self.latent_dim} latent units, one linear layer to the labels,
LSTM decoder. {words} are reconstructed,
and the last {self.tail_tokens} of a longer one are read too."""

    def panels(self, X: Any, y: Any = None) -> list[Panel]:
        """The panels of every kind, and reconstructions, an interpolation and samples."""
        first = next(iter(Texts(X, y)))[0][:12]
        steps, drawn = self.as_written(self.interpolate(first[0], first[-1])), self.as_written(self.sample(12))
        walk = [[text] for text in (first[0], *steps, first[-1])]
        back = [list(pair) for pair in zip(first, self.as_written(self.reconstruct(first)), strict=True)]
        tables = [
            ("Reconstructions", "Texts and what their latent codes decode into.", ["original", "reconstruction"], back),
            ("Interpolation", "From the first text's code to another's, in even steps.", ["text"], walk),
            ("Samples", "Codes drawn from the prior, words from the decoder.", ["text"], [[text] for text in drawn]),
        ]
        if self.levels == 2:
            about = "Each sentence of the first texts, and what its code decodes into."
            pairs = [list(pair) for pair in self.reconstruct_sentences(first[:4])]
            tables.insert(1, ("Sentences", about, ["original", "reconstruction"], pairs))
        return [
            *super().panels(X, y),
            *(
                Panel(title, about, "table", {"columns": columns, "rows": rows})
                for title, about, columns, rows in tables
            ),
        ]


def readable(text: str) -> str:
    """A text that the encoder can read, where the decoder said nothing."""
    return text if text.strip() else "."
