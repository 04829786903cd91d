"""The command `vae`: it finds the kinds in one table, parses, calls and prints."""
