"""How a value is shown to people: alike in the shell, the report and the card."""

import re
from typing import Any

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # all but tabs and line feeds
MEANINGS = {  # in names "#" stands for a number
    "dataset": "what was looked at",
    "split": "which part of it",
    "label": "what the linear layer on z predicts",
    "tokens": "how many were scored",
    "beam": "width of the search",
    "bleu_signature": "by which settings of sacreBLEU",
    "bleu_lower_signature": "by which settings of sacreBLEU",
    "chrf_signature": "by which settings of sacreBLEU",
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
    "kl_nats_level_#": "what codes say by the prior's measure, of that level; the top is 1",
    "psnr_at_#_db": "10 log10 of 255^2 over the mean squared error, of pictures at that level of noise or quality",
    "psnr_told_at_#_db": "the same where the model is told the level",
    "psnr_noisy_at_#_db": "the same of what was to be cleaned",
    "covered_68_at_#": "share of pixels in the intervals that are to hold 68%",
    "covered_95_at_#": "share of pixels in the intervals that are to hold 95%",
    "spearman_at_#": "rank correlation of the standard deviation and the size of the error, over pixels",
    "bits_per_pixel_at_#": "of whole files, at that quality",
    "bleu": "of the translations, by sacreBLEU; 0 to 100",
    "bleu_lower": "the same in lower case",
    "chrf": "F-score of the translations' character n-grams, by sacreBLEU; 0 to 100",
    "nats_lost_by_shuffling_z": "what a target costs more with the code of another pair; 0 where codes say nothing",
    "crps": "how far forecasts lie from what came, whole distributions, in the series' unit; lower is better",
    "mae": "mean absolute error of the median, in the series' unit",
    "coverage_#": "share of what came that lies in the intervals for so many per cent",
    "ndcg_at_#": "discounted gain of what was found among so many first items, of the best that could be",
    "recall_at_#": "share of what was held out that is among so many first items",
    "ease_ndcg_at_#": "the same gain for EASE, a linear model",
    "ease_recall_at_#": "the same share for EASE",
    "popularity_ndcg_at_#": "the same gain for the most popular items, the same for all",
    "popularity_recall_at_#": "the same share for the most popular items",
    "ndcg_above_ease_interval": "95% interval of the difference of the gains, by the bootstrap over users",
    "coverage_at_#": "share of all items that are among somebody's so many first",
    "novelty_bits": "mean -log2 of the share of users who have an item that is shown",
    "popularity_bias": "share of what is shown that is among the tenth of the items that most users have",
    "drawn_copies_share": "share of drawn rows that are copies of training rows",
    "held_out_copies_share": "the same of rows that were held out",
    "drawn_to_held_out_distance": "how far drawn rows lie from training rows, held-out rows being 1",
    "seconds": "that the measurement took",
    "peak_memory_bytes": "the most memory of the process until then",
}


def meaning_of(name: str) -> str | None:
    """What a figure of that name is, where that is known."""
    return MEANINGS.get(name) or MEANINGS.get(re.sub(r"(_at|_level|coverage)_\d+(\.\d+)?", r"\1_#", name))


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


def plain(text: str) -> str:
    """Text without control characters, which would command a terminal; they are shown as Python writes them."""
    return CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def spaced(name: str) -> str:
    return name.replace("_", " ")
