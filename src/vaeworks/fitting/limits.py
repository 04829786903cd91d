"""What the parameters that all kinds share may be; scikit-learn checks it and words the refusal."""

from numbers import Integral, Real

from sklearn.utils._param_validation import Interval, StrOptions

from ..core.priors import PRIORS

COUNT, WHOLE = Interval(Integral, 1, None, closed="left"), Interval(Integral, 0, None, closed="left")
POSITIVE, NOT_NEGATIVE = Interval(Real, 0, 1e9, closed="neither"), Interval(Real, 0, 1e9, closed="left")
SHARE = Interval(Real, 0, 1, closed="left")

SHARED = {
    "latent_dim": [COUNT],
    "prior": [StrOptions(set(PRIORS))],
    "rate": [POSITIVE, None],
    "free_bits": [NOT_NEGATIVE],
    "kl_warmup": [NOT_NEGATIVE],
    "label_weight": [NOT_NEGATIVE],
    "epochs": [COUNT],
    "batch_size": [COUNT],
    "learning_rate": [POSITIVE],
    "patience": [COUNT, None],
    "averaging": [SHARE, None],
    "dropout": [SHARE],
    "validation_fraction": [SHARE],
    "random_state": [Interval(Integral, 0, 2**32 - 1, closed="both")],
    "device": [StrOptions({"auto", "cpu", "cuda", "mps"})],
    "precision": [StrOptions({"32-true", "bf16-mixed"})],
}
