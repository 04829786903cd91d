"""The one exception that a user's mistake raises."""


class VaeworksError(ValueError):
    """A mistake that one clear sentence can mend."""


class MissingColumnError(VaeworksError):
    """A table lacks a column that was named."""
