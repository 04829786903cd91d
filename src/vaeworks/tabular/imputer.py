"""`TabularImputer`: a tabular VAE as a step of a pipeline that fills holes."""

from typing import Any, Self

from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin, clone
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted

from .estimator import IMPUTE_DRAWS, TabularVAE


class TabularImputer(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Fill the holes of a table with what a tabular VAE expects there, as scikit-learn's imputers do.

    Parameters
    ----------
    vae : TabularVAE or None
        To be fitted; None takes one with its usual parameters.
    samples : int
        Draws of z for each row, weighed by importance; see `TabularVAE.impute`.

    Attributes
    ----------
    vae_ : TabularVAE

    Examples
    --------
    >>> import numpy as np
    >>> from vaeworks import TabularImputer, TabularVAE
    >>> table = np.arange(80.0).reshape(20, 4) % 7
    >>> table[3, 1] = np.nan
    >>> full = TabularImputer(TabularVAE(epochs=1)).fit_transform(table)
    >>> int(np.isnan(full).sum())
    0
    """

    def __init__(self, vae: TabularVAE | None = None, samples: int = IMPUTE_DRAWS) -> None:
        self.vae, self.samples = vae, samples

    def fit(self, X: Any, y: Any = None) -> Self:
        """Fit the model to a table; labels are of no use here."""
        self.vae_ = (TabularVAE() if self.vae is None else clone(self.vae)).fit(X)
        self.n_features_in_ = self.vae_.n_features_in_
        if hasattr(self.vae_, "feature_names_in_"):
            self.feature_names_in_ = self.vae_.feature_names_in_
        return self

    def transform(self, X: Any) -> Any:
        """The table without holes, in its own types; what was there stays.

        Raises
        ------
        VaeworksError
            For a table that the model cannot read.
        """
        check_is_fitted(self)
        return self.vae_.impute(X, self.samples)

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = tags.input_tags.allow_nan = tags.input_tags.string = tags.input_tags.categorical = True
        return tags
