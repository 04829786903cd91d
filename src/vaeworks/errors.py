"""The exception that a user's mistake raises, and the warnings of all else that a user should know."""

import logging
import warnings


class VaeworksError(ValueError):
    """A mistake that one clear sentence can mend."""


class MissingColumnError(VaeworksError):
    """A table lacks a column that was named."""


class VaeworksWarning(UserWarning):
    """What was dropped, guessed or merged, or went less well than it could."""


class AsWarnings(logging.Handler):
    """The package's log as Python's warnings, where the program has not set up any logging of its own."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno >= logging.WARNING and not logging.getLogger().handlers:
            warnings.warn(record.getMessage(), VaeworksWarning, stacklevel=2)


def warn_of_what_is_logged() -> None:
    """Each time that it happens, unless the program's own filters say otherwise."""
    logging.getLogger("vaeworks").addHandler(AsWarnings())
    warnings.simplefilter("always", VaeworksWarning, append=True)
