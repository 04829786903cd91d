"""The model card that all kinds share: what it is, how it was fitted, what was measured, what to beware of."""

import re

from ..wording import plain, worded
from .artifact import measured
from .fitted import Fitted

MARKUP = re.compile(r"([\\`*_\[\]<>|#])")


def card(estimator: Fitted) -> str:
    """In Markdown: what every kind says, around how it says that it is built."""
    parameters = sum(parameter.numel() for parameter in estimator.model_.parameters())
    figures = {name: worded(value).replace("|", "\\|") for name, value in measured(estimator.metrics_).items()}
    rows = "\n".join(f"| {name} | {value} |" for name, value in figures.items())
    facts = [f"{parameters:,} parameters", *map(in_markdown, estimator.facts())]
    made_with = plain(str(estimator)).replace("`", "'")
    facts.append(f"trained for {len(estimator.history_)} epochs with `{made_with}`")
    listed = "\n".join(f"- {fact}" for fact in facts)
    return f"""# {estimator.title}

{estimator.body()}

{listed}

Figures:

| figure | value |
|---|---|
{rows}

{estimator.caution}
"""


def in_markdown(text: str) -> str:
    """Words of a user's, as labels are, that stand for themselves."""
    return MARKUP.sub(r"\\\1", plain(text))
