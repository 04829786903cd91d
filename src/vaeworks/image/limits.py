"""What each parameter of an image model may be."""

from sklearn.utils._param_validation import StrOptions

from ..fitting.limits import COUNT, SHARED

LIKELIHOODS = ("bernoulli", "logistic", "normal")

LIMITS = {
    **SHARED,
    "epochs": [COUNT, None],
    "levels": [COUNT],
    "level_units": [COUNT],
    "width": [COUNT],
    "depth": [COUNT],
    "likelihood": [StrOptions({"auto", *LIKELIHOODS})],
    "components": [COUNT],
}
