"""What a text must be: a string that holds something, of whole characters."""

from typing import Any

from ..errors import VaeworksError


def check_texts(texts: list[Any], first: int = 0, called: str = "text") -> None:
    """Refuse the first that is no text; `first` is the number of the first.

    Raises
    ------
    VaeworksError
    """
    for index, text in enumerate(texts, first):
        if not isinstance(text, str):
            raise VaeworksError(f"{called} {index} is {text!r}, not a string: leave it out or turn it into one")
        if not text or text.isspace():
            raise VaeworksError(f"{called} {index} is empty: leave it out")
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise VaeworksError(
                f"{called} {index} holds {text[error.start]!a}, half of a character: take it out, or read the text "
                "again in its own encoding"
            ) from error
