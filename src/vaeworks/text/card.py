"""The model card of a text model."""

from typing import Any

from ..fitting.artifact import measured


def text_card(estimator: Any) -> str:
    """What it is, how it was fitted and what was measured, in Markdown."""
    classes = estimator.class_names_
    labels = "none" if classes is None else ", ".join(map(str, classes.names[:20]))
    parameters = sum(parameter.numel() for parameter in estimator.model_.parameters())
    rows = "\n".join(
        f"| {name} | {value:.4g} |" if isinstance(value, float) else f"| {name} | {value} |"
        for name, value in measured(estimator.metrics_).items()
    )
    return f"""# A text VAE

Bidirectional LSTM encoder, {estimator.latent_dim} latent units, one linear layer to the labels, LSTM decoder.
{parameters:,} parameters, {len(estimator.vocabulary_):,} {estimator.tokens},
the first {estimator.max_tokens} of a text reconstructed, and the last {estimator.tail_tokens} of a longer one read too.

- {estimator.label_name}: {labels}
- trained for {len(estimator.history_)} epochs with `{estimator}`

Figures:

| figure | value |
|---|---|
{rows}

It repeats what its training texts say, their biases and errors included; its reconstructions and samples are no facts.
"""
