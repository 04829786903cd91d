"""Whether the model of film reviews that ships would be a good beginning."""

import json
import logging

from ..pretrained import located
from ..tokens.vocabulary import SPECIAL, Vocabulary

SHIPPED, LOOKED_AT, NEARLY_ALL = "imdb", 1000, 0.95
log = logging.getLogger(__name__)


def suggest_shipped(vocabulary: Vocabulary) -> None:
    """Name it where it knows nearly all of the most frequent words, unless the model went on from it."""
    state = json.loads((located(SHIPPED) / "data.json").read_text(encoding="utf-8"))
    theirs = Vocabulary.from_json(state["vocabulary"]).words
    own = vocabulary.words[len(SPECIAL) :][:LOOKED_AT]
    known = set(theirs)
    if vocabulary.words != theirs and own and sum(word in known for word in own) >= NEARLY_ALL * len(own):
        log.warning(
            "the model %s, which ships, knows these words: going on from it may predict labels better (--from %s, or "
            "load(%r).go_on in Python)",
            *(SHIPPED,) * 3,
        )
