"""Pairs of sequences: a sentence and its translation."""
