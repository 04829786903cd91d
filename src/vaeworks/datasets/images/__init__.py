"""Pictures that lie in memory: from local folders, files of arrays and picture files, and the front to all sets."""
