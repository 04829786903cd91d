"""Who liked what: named sets, and local files of interactions."""
