"""Tables that lie in memory: from local files, and the front to them and to the named sets."""
