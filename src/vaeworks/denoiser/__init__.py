"""Noisy pictures: what the clean one was, and how sure that is."""
