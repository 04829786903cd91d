"""From text to token ids and back."""

import json
from collections.abc import Iterable
from functools import cache
from itertools import product

import numpy as np
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

PAD, UNKNOWN, START, END = 0, 1, 2, 3
PIECES = ("words", "subwords", "spaced")
SPECIAL = ("<pad>", "<unk>", "<start>", "<end>")

# In this order: marks of our own, an emoji with its modifiers, a sign of a script that sets no spaces, a word in any
# other script (with inner apostrophes), and any other single sign.
PICTOGRAPH = r"\p{Extended_Pictographic}[\x{FE0F}\x{1F3FB}-\x{1F3FF}]*"
EMOJI = rf"{PICTOGRAPH}(?:\x{{200D}}{PICTOGRAPH})*"
UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"  # scripts without spaces
SIGNS = r"\p{L}\p{M}\p{N}"
LETTER = rf"[[{SIGNS}]&&[^{UNSPACED}]]"


def word_of(letter: str) -> str:
    return rf"{letter}+(?:['\x{{2019}}]{letter}+)*"


TOKEN = rf"<unk>|<br />|{EMOJI}|[{UNSPACED}]\p{{M}}*|{word_of(LETTER)}|\S"
EARLIER = (rf"<unk>|<br />|{EMOJI}|{word_of(f'[{SIGNS}]')}|\S",)  # of models that are still read
BREAKS = normalizers.Replace(Regex(r"<[bB][rR]\s*/?\s*>"), " <br /> ")
SPACES = normalizers.Sequence([normalizers.Replace(Regex(r"\s+"), " "), normalizers.Strip()])


class Vocabulary:
    """Words or sub-words with ids sorted by frequency, as an adaptive softmax needs them.

    The first four ids are padding, unknown, start and end. `<br />`, however it is written, is one token.

    Parameters
    ----------
    tokenizer : tokenizers.Tokenizer
        As `learn` makes it.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        size = tokenizer.get_vocab_size()
        self.words = [tokenizer.id_to_token(index) for index in range(size)]

    def __len__(self) -> int:
        return len(self.words)

    @classmethod
    def learn(
        cls, chunks: Iterable[list[str]], size: int, lower: bool = True, pieces: str = "words", min_count: int = 2
    ) -> "Vocabulary":
        """Learn a vocabulary from texts in one pass (two for sub-words).

        Parameters
        ----------
        chunks : re-iterable of lists of str
            The texts; only one list is held at a time.
        size : int
            The most ids, special ones included.
        lower : bool
            Fold case.
        pieces : 'words', 'subwords' or 'spaced'
            Sub-words by byte-pair encoding (Sennrich et al. 2016) spell rare words, so that none is unknown. Spaced
            ones carry the space before them, so that a text comes back as it was written.
        min_count : int
            Rarer words, or pairs, get no id.
        """
        learner = with_rules(models.WordLevel() if pieces == "words" else models.BPE(), lower, pieces)
        learn = learn_words if pieces == "words" else learn_subwords
        tokenizer = with_rules(learn(learner, chunks, size - len(SPECIAL), min_count), lower, pieces)
        if pieces != "words":
            tokenizer.add_tokens([AddedToken(SPECIAL[UNKNOWN], normalized=False)])
        return cls(tokenizer)

    def encode(self, texts: list[str]) -> list[list[int]]:
        """Ids of the tokens of each text; a text without a token is one unknown."""
        encoded = self.tokenizer.encode_batch_fast(texts, add_special_tokens=False)
        return [row.ids or [UNKNOWN] for row in encoded]

    def places(self, text: str) -> list[tuple[int, int]]:
        """Where each token that `encode` finds begins and ends in the text."""
        [encoded] = self.tokenizer.encode_batch([text], add_special_tokens=False)
        return encoded.offsets or [(0, len(text))]

    def decode(self, ids: Iterable[int]) -> str:
        """Readable text; padding, start and end leave nothing."""
        kept = [int(index) for index in ids if index not in (PAD, START, END)]
        return self.tokenizer.decode(kept, skip_special_tokens=False).strip(" ")

    def to_json(self) -> str:
        """The whole vocabulary and its rules."""
        return self.tokenizer.to_str()

    @classmethod
    def from_json(cls, text: str) -> "Vocabulary":
        """The inverse of `to_json`.

        Raises
        ------
        ValueError
            For rules that no version had: some can take all time or memory.
        """
        if rules_in(text) not in known_rules():
            raise ValueError("its vocabulary has rules that are none of ours")
        return cls(Tokenizer.from_str(text))


def rules_in(text: str) -> str:
    """All but the words of a vocabulary in JSON."""
    written = json.loads(text)
    return json.dumps(
        {name: part for name, part in written.items() if name not in ("version", "added_tokens", "model")}
    )


@cache
def known_rules() -> set[str]:
    """The rules that vocabularies have, and had."""
    return {
        rules_in(with_rules(models.BPE(), lower, pieces, token).to_str())
        for lower, pieces, token in product((True, False), PIECES, (TOKEN, *EARLIER))
    }


def with_rules(model: models.Model, lower: bool, pieces: str, token: str = TOKEN) -> Tokenizer:
    """A tokenizer that reads text by the rules above; sub-words are made of bytes, so none is unknown."""
    tokenizer = Tokenizer(model)
    fold = [normalizers.Lowercase(), normalizers.NFC()] if lower else []
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), *fold, SPACES if pieces == "spaced" else BREAKS])
    split = pre_tokenizers.Split(Regex(token), "removed", invert=True)
    inside = pre_tokenizers.ByteLevel(add_prefix_space=True, use_regex=pieces == "spaced")
    steps: dict[str, list[pre_tokenizers.PreTokenizer]] = {
        "words": [split],
        "subwords": [split, inside],
        "spaced": [inside],
    }
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(steps[pieces])
    if pieces != "words":
        tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def learn_words(learner: Tokenizer, chunks: Iterable[list[str]], size: int, min_count: int) -> models.Model:
    trainer = trainers.WordLevelTrainer(vocab_size=size, min_frequency=min_count, show_progress=False)
    learner.train_from_iterator(chunks, trainer)
    vocabulary = learner.get_vocab()
    return models.WordLevel(numbered(sorted(vocabulary, key=vocabulary.__getitem__)), unk_token=SPECIAL[UNKNOWN])


def learn_subwords(learner: Tokenizer, chunks: Iterable[list[str]], size: int, min_count: int) -> models.Model:
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=size, min_frequency=min_count, show_progress=False, initial_alphabet=alphabet, limit_alphabet=256
    )
    learner.train_from_iterator(chunks, trainer)
    counts = np.zeros(learner.get_vocab_size(), dtype=np.int64)
    for texts in chunks:
        for encoded in learner.encode_batch_fast(texts):
            counts += np.bincount(encoded.ids, minlength=len(counts))
    pieces = {index: piece for piece, index in learner.get_vocab().items()}
    by_frequency = [pieces[index] for index in np.argsort(-counts, kind="stable").tolist()]
    merges = [tuple(pair) for pair in json.loads(learner.to_str())["model"]["merges"]]
    return models.BPE(numbered(by_frequency), merges)


def numbered(by_frequency: list[str]) -> dict[str, int]:
    ordered = [*SPECIAL, *(word for word in by_frequency if word not in SPECIAL)]
    return {word: index for index, word in enumerate(ordered)}
