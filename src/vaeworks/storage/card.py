"""The model card that all kinds share: what it is, how it was fitted, what was measured, what to beware of."""

from ..wording import worded
from .artifact import measured
from .fitted import Fitted


def card(estimator: Fitted) -> str:
    """In Markdown: what every kind says, around how it says that it is built."""
    parameters = sum(parameter.numel() for parameter in estimator.model_.parameters())
    figures = {name: worded(value).replace("|", "\\|") for name, value in measured(estimator.metrics_).items()}
    rows = "\n".join(f"| {name} | {value} |" for name, value in figures.items())
    facts = [f"{parameters:,} parameters", *estimator.facts()]
    facts.append(f"trained for {len(estimator.history_)} epochs with `{estimator}`")
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
