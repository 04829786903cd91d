"""The HTML report: draws the panels that an estimator gives; imports no kind of data."""

from .page import write_report

__all__ = ["write_report"]
