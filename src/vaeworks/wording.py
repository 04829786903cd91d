"""How a value is shown to people: alike in the shell, the report and the card."""

from typing import Any

MEANINGS = {
    "negative_elbo_nats": "reconstruction and KL: an upper bound on -log p(x), a mean over examples; lower is better",
    "reconstruction_nats": "what is left to say of an example once its code is known",
    "kl_nats": "what codes say of examples, by the prior's measure: the rate",
    "kl_per_level_nats": "the same for each level of codes, the top first",
    "negative_importance_bound_nats": "a tighter upper bound on -log p(x); lower is better",
    "importance_samples": "draws of z in that bound",
    "active_units": "latent units whose posterior mean varies from example to example",
    "latent_units": "latent units in all",
    "mutual_information_nats": "what codes say of which example it is",
    "mutual_information_estimator": "how that was estimated",
    "mutual_information_ceiling_nats": "the most that this estimator can say, log of the examples",
    "collapsed": "whether the codes hold next to nothing",
    "examples": "how many were looked at",
    "accuracy": "share of labels that the linear layer on z has right",
    "linear_probe_accuracy": "the same for logistic regression on the codes, by 5-fold cross-validation",
    "knn_accuracy": "the same for the 5 nearest codes",
    "tfidf_accuracy": "the same for logistic regression on weighed words, without a model",
    "majority_accuracy": "the same for the most frequent class, always",
    "unknown_token_share": "share of the scored tokens that have no id of their own",
    "perplexity_elbo": "the exponential of the bound a token; lower is better",
    "perplexity_importance": "the same by the tighter bound",
    "token_accuracy_teacher_forced": "share of tokens guessed right, given the true ones before",
    "token_accuracy_free_running": "the same from the code alone, position by position",
    "bits_per_dim_elbo": "bits for each number of an example, an upper bound; lower is better",
    "bits_per_dim_importance": "the same by the tighter bound",
    "drawn_copies_share": "share of drawn rows that are copies of training rows",
    "held_out_copies_share": "the same of rows that were held out",
    "drawn_to_held_out_distance": "how far drawn rows lie from training rows, held-out rows being 1",
    "seconds": "that the measurement took",
    "peak_memory_bytes": "the most memory of the process until then",
}


def worded(value: Any) -> str:
    """Four digits of a number, commas in a whole one, a dash where there is none."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, list):
        return ", ".join(worded(part) for part in value)
    return "-" if value is None else str(value)


def spaced(name: str) -> str:
    return name.replace("_", " ")
