"""Pairs of texts, as a sentence and its translation."""
