"""What each parameter of a tabular model may be."""

from sklearn.utils._param_validation import StrOptions

from ..fitting.limits import COUNT, NOT_NEGATIVE, POSITIVE, SHARE, SHARED, WHOLE

SCALINGS = ("auto", "table", "standard", "quantile")

LIMITS = {
    **SHARED,
    "kinds": [dict, None],
    "scaling": [StrOptions(set(SCALINGS))],
    "width": [COUNT],
    "depth": [WHOLE, None],
    "masking": [SHARE, None],
    "neighbour_weight": [NOT_NEGATIVE, None],
    "neighbours": [COUNT],
    "epochs": [COUNT, None],
    "batch_size": [COUNT, None],
    "learning_rate": [POSITIVE, None],
}
