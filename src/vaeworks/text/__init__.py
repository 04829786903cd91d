"""Texts: reconstructed, sampled, interpolated, and labelled from the same latent code."""
