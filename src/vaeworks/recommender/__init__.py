"""Recommendation: who liked what, and what else they would."""
