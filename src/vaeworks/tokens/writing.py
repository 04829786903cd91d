"""Tokens as people write them: case, and spaces where they belong."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

WORD = re.compile(r"\w+(?:['\u2019]\w+)*")
FIRST_WORD = re.compile(r"(?:^|[.!?…>][\"')\]]*\s*)[\"'(\[]*\w+")  # of a sentence: its case says nothing
GLUED_LEFT = set(".,;:!?%)]}-/\u2026\u2019\u201d\u00bb\u3001\u3002\uff0c\uff01\uff1f\uff1b\uff1a")
GLUED_RIGHT = set("([{$#-/\u201c\u2018\u00ab\u00bf\u00a1\u00a3\u20ac")
ENDS, BREAK, QUOTES = set(".!?…"), "<br/>", set("\"'")
UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")


class Forms:
    """How often each word of some texts is written how; the first words of sentences say nothing."""

    def __init__(self) -> None:
        self.counts = Counter[str]()

    def see(self, texts: Iterable[str]) -> None:
        for text in texts:
            self.counts.update(WORD.findall(FIRST_WORD.sub(" ", text)))

    def writing(self, words: Iterable[str | None]) -> "Writing":
        """The usual forms of these words."""
        wanted, most = set(words), dict[str, str]()
        for form, _ in self.counts.most_common():
            small = form.lower()
            if small in wanted:
                most.setdefault(small, form)
        return Writing({small: form for small, form in most.items() if form != small})


@dataclass(frozen=True)
class Writing:
    """How words are written most often.

    Attributes
    ----------
    forms : dict of str to str
        Of words that are mostly written otherwise than in small letters.
    """

    forms: dict[str, str] = field(default_factory=lambda: {"i": "I"})

    def written(self, text: str) -> str:
        """Tokens between spaces, as a text."""
        return "".join(spaced(self._cased(text.replace("<br />", BREAK).split())))

    def _cased(self, tokens: list[str]) -> Iterator[str]:
        first, before = True, ""
        for token in tokens:
            form = self.forms.get(token, token)
            yield form[:1].upper() + form[1:] if first else form
            begins = token in ENDS or token == BREAK or (first and not token[-1].isalnum())
            first, before = begins and not token == before == ".", token  # three points end no sentence


def spaced(tokens: Iterable[str]) -> Iterator[str]:
    """Tokens with the spaces and line breaks before them."""
    earlier, before, opened = "", "", set[str]()
    for token in tokens:
        if token == BREAK:
            yield "\n"
            earlier, before, opened = "", "", set()
            continue
        closing = token in opened or (token == "'" and before.endswith("s"))
        decimal = before in (".", ",", ":") and earlier[-1:].isdigit() and token[0].isdigit()
        yield "" if not before or decimal or glued(before, token, opened, closing) else " "
        yield token
        if token in QUOTES:
            opened = opened - {token} if closing else opened | {token}
        earlier, before = before, token


def glued(before: str, token: str, opened: set[str], closing: bool) -> bool:
    """Whether no space stands between two tokens; `opened` are the quotes that have begun."""
    if token in GLUED_LEFT or closing or before in GLUED_RIGHT or before in opened:
        return True
    return bool(UNSPACED.match(before[-1]) and UNSPACED.match(token[0]))
