"""The one exception that a user's mistake raises."""


class VaeworksError(ValueError):
    """A mistake that one clear sentence can mend."""
