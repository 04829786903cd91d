"""Names that figures had before 0.1: still written by this version, and marked so."""


def with_old_names(figures: dict) -> dict:
    """The figures, and those that had another name under it too."""
    old: dict = {}
    if "negative_importance_bound_nats" in figures:
        bound = figures["negative_importance_bound_nats"]
        old["importance_bound_nats"] = None if bound is None else -bound
    if figures.get("label") == "sentiment" and "accuracy" in figures:
        old["sentiment_accuracy"] = figures["accuracy"]
    return {**figures, **old, "deprecated_keys": list(old)}


def current(figures: dict) -> dict:
    """The figures without those that stand under an old name too."""
    old = {*figures.get("deprecated_keys", ()), "deprecated_keys"}
    return {name: value for name, value in figures.items() if name not in old}
