"""`TextVAE`: one latent code that reconstructs a text and predicts its label."""

import logging
import math
import sys
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from ..core.batch import Batch
from ..core.likelihoods import ClassHead
from ..core.model import LatentModel, replay
from ..core.posteriors import NormalPosterior
from ..core.priors import make_prior
from ..errors import VaeworksError
from ..fitting.estimator import LatentEstimator
from ..fitting.labels import LABEL, Classes, is_missing, native
from ..fitting.panels import Panel, shared_panels
from ..fitting.plan import Phase, Plan, Schedule
from ..fitting.sampling import draw_codes
from ..fitting.training import own_random_numbers
from ..tokens.vocabulary import PAD, Vocabulary
from .card import text_card
from .data import TextData, Texts, Window
from .figures import token_figures
from .limits import LIMITS
from .networks import BidirectionalEncoder, RecurrentDecoder
from .pseudo_labels import Teacher

log = logging.getLogger(__name__)
PSEUDO_INPUTS, PSEUDO_TOKENS = 64, 40
CANDIDATE_TEMPERATURE = 0.5


class TextVAE(LatentEstimator):
    """A variational autoencoder of texts with a linear classifier on its latent code (Bowman et al. 2016).

        text -> bidirectional LSTM encoder -> q(z | text) -> z -+-> LSTM decoder, which sees z at every step -> text
                                                                +-> one linear layer -> label

    The encoder reads, beside each word's vector, one of the pair of that word and the word before it, by hashing
    (`bigram_buckets`). All three parts are trained at once on

        E_q[log p(text | z) + label_weight * log p(label | z)] - beta * KL(q || p).

    Parameters
    ----------
    latent_dim : int
        Units of z.
    rate : float or None
        Nats of KL that training holds by moving beta; None trains the plain bound (beta 1 after `kl_warmup`).
    free_bits : float
        Nats a unit below which its KL is not pushed.
    label_weight : float
        Weight of a label's log-probability beside that of a text, whose words are many.
    label_delay, label_warmup : float
        Epochs in which labels do not count, and those over which their weight then grows from 0.
    pseudo_labels : bool
        Whether a linear classifier of word pairs, fitted to the labels that are there, labels the other texts with its
        probabilities.
    kl_warmup : float
        Epochs over which beta grows from 0 to 1 where there is no `rate`.
    epochs, batch_size, learning_rate
        The learning rate falls to zero along a cosine.
    patience : int or None
        Epochs without a better validation loss after which training stops.
    averaging : float or None
        Decay of the moving average of the weights, which is what is kept.
    tokens : 'words' or 'subwords'
        Words and punctuation by a Unicode rule, or byte-pair pieces of them.
    vocabulary_size, min_count, lower
        The most ids; rarer tokens are unknown; whether to fold case.
    max_tokens : int
        Tokens of a text that the decoder reconstructs, and the encoder reads.
    tail_tokens : int
        Further tokens, from the end of a longer text, that only the encoder reads.
    decoder_words : int or None
        The most frequent words, which the decoder can say where the encoder knows more; None for all.
    embedding_dim, encoder_units, decoder_units
        Sizes of word vectors and of the LSTMs (of each direction, in the encoder).
    dropout, word_dropout
        Shares of the features, and of the words, that the encoder goes without while training.
    decoder_dropout, decoder_word_dropout
        The same of the decoder.
    bigram_buckets : int
        Size of the encoder's hashed table of word pairs; 0 for none.
    prior : 'normal', 'mixture', 'vamp' or 'flow'
    label_name : str
        What the labels are called in what is shown.
    missing_label : object
        Beside None and NaN, what means "no label"; 'auto' takes -1 among integers other than -1 and 1.
    validation_fraction : float
        Share of the texts held out where `fit` is given no validation data.
    random_state : int
    device : str
        'auto', 'cpu', 'cuda' or 'mps'.
    precision : str
        '32-true' or 'bf16-mixed'.
    verbose : bool
        Show a progress bar with the time left.

    Examples
    --------
    >>> from vaeworks import TextVAE
    >>> model = TextVAE(latent_dim=32).fit(texts, labels)         # doctest: +SKIP
    >>> model.predict(["A film I will not forget."])              # doctest: +SKIP
    """

    kind = "text"
    _parameter_constraints: ClassVar[dict] = LIMITS

    def __init__(
        self,
        latent_dim: int = 32,
        rate: float | None = 10.0,
        free_bits: float = 0.0,
        label_weight: float = 5.0,
        label_delay: float = 0.0,
        label_warmup: float = 0.0,
        pseudo_labels: bool = False,
        kl_warmup: float = 2.0,
        epochs: int = 6,
        batch_size: int = 32,
        learning_rate: float = 4e-3,
        patience: int | None = 3,
        averaging: float | None = 0.995,
        tokens: str = "words",
        vocabulary_size: int = 20_000,
        min_count: int = 2,
        lower: bool = True,
        max_tokens: int = 200,
        tail_tokens: int = 0,
        decoder_words: int | None = None,
        embedding_dim: int = 128,
        encoder_units: int = 128,
        decoder_units: int = 256,
        dropout: float = 0.3,
        word_dropout: float = 0.1,
        decoder_dropout: float = 0.3,
        decoder_word_dropout: float = 0.1,
        bigram_buckets: int = 65_536,
        prior: str = "normal",
        label_name: str = "label",
        missing_label: Any = "auto",
        validation_fraction: float = 0.1,
        random_state: int = 0,
        device: str = "auto",
        precision: str = "32-true",
        verbose: bool = False,
    ) -> None:
        self.latent_dim = latent_dim
        self.rate = rate
        self.free_bits = free_bits
        self.label_weight = label_weight
        self.label_delay = label_delay
        self.label_warmup = label_warmup
        self.pseudo_labels = pseudo_labels
        self.kl_warmup = kl_warmup
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.patience = patience
        self.averaging = averaging
        self.tokens = tokens
        self.vocabulary_size = vocabulary_size
        self.min_count = min_count
        self.lower = lower
        self.max_tokens = max_tokens
        self.tail_tokens = tail_tokens
        self.decoder_words = decoder_words
        self.embedding_dim = embedding_dim
        self.encoder_units = encoder_units
        self.decoder_units = decoder_units
        self.dropout = dropout
        self.word_dropout = word_dropout
        self.decoder_dropout = decoder_dropout
        self.decoder_word_dropout = decoder_word_dropout
        self.bigram_buckets = bigram_buckets
        self.prior = prior
        self.label_name = label_name
        self.missing_label = missing_label
        self.validation_fraction = validation_fraction
        self.random_state = random_state
        self.device = device
        self.precision = precision
        self.verbose = verbose

    def _prepare(self, X: Any, y: Any, validation: Any, start: Any = None) -> tuple[TextData, TextData | None]:
        share = 0.0 if validation is not None else self.validation_fraction
        texts = Texts(X, y, held_out=share)
        self.vocabulary_ = start.vocabulary_ if start is not None else self._learn_vocabulary(texts)
        self.class_names_ = Classes.learn(Texts(X, y).labels(), self.missing_label)
        held_out = Texts(X, y, held_out=share, only_held_out=True) if validation is None else Texts(*validation)
        some = any(chunk for chunk in held_out.texts())
        return self._encoded(texts, self._teacher(texts)), self._encoded(held_out) if some else None

    def _learn_vocabulary(self, texts: Texts) -> Vocabulary:
        subwords = self.tokens == "subwords"
        return Vocabulary.learn(texts.texts(), self.vocabulary_size, self.lower, subwords, self.min_count)

    def _teacher(self, texts: Texts) -> Teacher | None:
        classes = self.class_names_
        if not self.pseudo_labels or classes is None:
            return None
        if not any(is_missing(native(label), classes.missing_label) for label in texts.labels()):
            return None
        log.info("fitting a linear classifier, whose probabilities label the texts that have no label")
        return Teacher(texts, classes)

    def _encoded(self, texts: Texts, teacher: Teacher | None = None) -> TextData:
        window = Window(self.max_tokens, self.tail_tokens, self.decoder_words)
        completed = None if teacher is None else teacher.completed
        return TextData(texts, self.vocabulary_, self.class_names_, window, self.batch_size, completed)

    def _build(self, data: TextData | None) -> LatentModel:
        words = len(self.vocabulary_)
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
        classes = self.class_names_
        return LatentModel(
            encoder,
            NormalPosterior(encoder.features, self.latent_dim),
            make_prior(self.prior, self.latent_dim, lambda: pseudo_inputs(data)),
            decoder,
            {} if classes is None else {LABEL: ClassHead(self.latent_dim, len(classes))},
        )

    def _plan(self, data: Any) -> Plan:
        phase = Phase(
            epochs=self.epochs,
            learning_rate=Schedule(self.learning_rate, 0.0, self.epochs, "cosine"),
            kl_weight=Schedule(0.0, 1.0, self.kl_warmup),
            label_weight=Schedule(0.0, self.label_weight, self.label_warmup, delay=self.label_delay),
            rate=self.rate,
        )
        return Plan((phase,), self.free_bits, self.patience, self.averaging, seed=self.random_state)

    def _batches(self, X: Any, y: Any = None) -> Iterator[Batch]:
        yield from self._encoded(Texts(X, y)).epoch(None)

    def data_state(self) -> dict:
        classes = self.class_names_
        return {"vocabulary": self.vocabulary_.to_json(), "classes": None if classes is None else classes.to_state()}

    def _restore_data(self, state: dict) -> None:
        self.vocabulary_ = Vocabulary.from_json(state["vocabulary"])
        self.class_names_ = None if state["classes"] is None else Classes(**state["classes"])

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
        posteriors = [self._posterior(batch) for batch in self.batches([readable(text) for text in texts])]
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
        if n < 1:
            raise VaeworksError(f"cannot sample {n} texts: ask for at least one")
        with own_random_numbers(self._device()):
            torch.manual_seed(self.random_state if random_state is None else random_state)
            z = draw_codes(self, n, label, prior)
            if label is None:
                return self._written(z, lambda likelihood: likelihood.sample(temperature))
            return self._likeliest(z, label, temperature, candidates)

    def _likeliest(self, z: Tensor, label: Any, temperature: float, candidates: int) -> list[str]:
        """Of some texts drawn from each code, the one that reads most like the label."""
        texts = self._written(z.repeat_interleave(candidates, 0), lambda likelihood: likelihood.sample(temperature))
        if candidates == 1:
            return texts
        assert self.class_names_ is not None
        index = int(self.class_names_.indices([label])[0])
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
            texts += [self.vocabulary_.decode(ids) for ids in decode(self.model_.decoder(state, condition)).tolist()]
        return texts

    def evaluate(self, X: Any, y: Any = None, samples: int = 10) -> dict:
        """Measure the model on texts.

        Returns
        -------
        dict
            As for every kind, and `tokens` (end marks included), `perplexity_elbo` and `perplexity_importance` (per
            token, upper bounds), `token_accuracy_teacher_forced`, `token_accuracy_free_running` (greedy, position by
            position), and with labels `accuracy` (`sentiment_accuracy` where they are sentiments).
        """
        figures = super().evaluate(X, y, samples)
        tokens = token_figures(self.model_, self.batches(X, y), self.class_names_ is not None)
        accuracy = tokens.pop("accuracy")
        per_token = figures["examples"] / tokens["tokens"]
        bound = figures["importance_bound_nats"]
        named = "sentiment_accuracy" if self.label_name == "sentiment" else "accuracy"
        return {
            **({} if accuracy is None else {named: accuracy}),
            **figures,
            **tokens,
            "perplexity_elbo": perplexity(figures["negative_elbo_nats"] * per_token),
            "perplexity_importance": None if bound is None else perplexity(-bound * per_token),
        }

    def panels(self, X: Any, y: Any = None) -> list[Panel]:
        """The panels of every kind, and reconstructions, an interpolation and samples."""
        first = next(iter(Texts(X, y)))[0][:12]
        walk = self.interpolate(first[0], first[-1])
        samples = self.sample(12)
        return [
            *shared_panels(self, X, y),
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

    def card(self) -> str:
        return text_card(self)


def perplexity(nats: float) -> float:
    """Of a mean cost a token; infinite where no float can hold it."""
    return math.exp(nats) if nats < math.log(sys.float_info.max) else math.inf


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
