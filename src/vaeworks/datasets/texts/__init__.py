"""Texts: streams of rows from local files and folders, and the front to them and to the named sets."""
