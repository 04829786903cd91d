"""The model card that all kinds share: what it is, how it was fitted, what was measured, what to beware of."""

from typing import Any

from .artifact import measured


def card(estimator: Any, title: str, body: str, caution: str) -> str:
    """In Markdown; `body` says how the model is built, `caution` what a reader should not expect of it."""
    classes = estimator.class_names_
    labels = "none" if classes is None else ", ".join(map(str, classes.names[:20]))
    parameters = sum(parameter.numel() for parameter in estimator.model_.parameters())
    rows = "\n".join(f"| {name} | {shown(value)} |" for name, value in measured(estimator.metrics_).items())
    return f"""# {title}

{body}

- {parameters:,} parameters
- {estimator.label_name}: {labels}
- trained for {len(estimator.history_)} epochs with `{estimator}`

Figures:

| figure | value |
|---|---|
{rows}

{caution}
"""


def shown(figure: Any) -> str:
    """A figure in a table; a dash where there is none."""
    return "-" if figure is None else f"{figure:.4g}" if isinstance(figure, float) else str(figure)
