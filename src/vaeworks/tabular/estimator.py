"""`TabularVAE`: tables of mixed columns with holes."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any, cast

import numpy as np
import torch
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted
from torch import Tensor

from ..core.batch import Batch
from ..core.choosing import common_draws
from ..core.evidence import Evidence
from ..core.model import LatentModel
from ..core.posteriors import NormalPosterior
from ..core.priors import make_prior
from ..errors import VaeworksError
from ..estimator.labelled import LabelledEstimator
from ..estimator.panels import Panel
from ..estimator.sampling import class_index, draw_codes
from ..fitting.plan import Plan, constant
from ..labels import LABEL
from ..progress import counted_by
from .components import behind_components
from .data import TableData
from .filling import filled
from .frames import as_container, eager
from .learning import partial_row
from .likelihoods import RowLikelihood, outputs_of
from .neighbours import NeighbourTerm, reach_of
from .networks import perceptron
from .oddness import surprise
from .parameters import TabularParameters
from .privacy import COPIES, in_words, privacy
from .reading import TableReader
from .scales import Scales
from .weighing import codes_given, expected, resampled, weighed

PSEUDO_INPUTS, STEPS, SCORE_DRAWS, REDRAWS, MOST_NUMBERS = 128, 3000, 32, 20, 4_000_000
IMPUTE_DRAWS, ODDNESS_DRAWS = 100, 8
DRAWN, LEAST_HELD_OUT = 1000, 10
LEARNING_RATE, MAP_LEARNING_RATE = 4e-3, 2e-3


class TabularVAE(TabularParameters, LabelledEstimator):
    """A variational autoencoder of tables (Kingma & Welling 2014): one code for each row of mixed columns with holes.

        row, holes marked -> perceptron -> q(z | row) -> z -+-> perceptron -> p(column | z) for each column
                                                            +-> one linear layer -> label

    A row is an array's, a sparse matrix's, or a pandas or polars DataFrame's. A column is of one of these kinds, which
    `kinds` declares or its values suggest:

    - real: normal. Heavy-tailed values are brought to normal scores inside the model.
    - positive: log-normal; suggested for numbers above 0 in a DataFrame that are skewed, and whose logarithms are not.
    - count: negative binomial; suggested for whole numbers from 0 or 1 up in a DataFrame.
    - binary: Bernoulli; two words, two truth values, or 0 and 1 (integers of a DataFrame, or all of an array).
    - categorical: more than two words.
    - ordinal: cumulative logits; suggested by a pandas Categorical that is ordered.

    Missing values (NaN, None) may be anywhere, in training and later; they are neither scored nor read. A constant
    column is modelled as real. Columns of a DataFrame must come in the order of the fit, as scikit-learn has it.

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    reader_ : TableReader
        The `columns` (name, kind, categories and scale of each), and the `classes`.

    Examples
    --------
    >>> import numpy as np
    >>> from vaeworks import TabularVAE
    >>> table = np.arange(80.0).reshape(20, 4) % 7
    >>> model = TabularVAE(latent_dim=2, epochs=1).fit(table)
    >>> table[3, 1] = np.nan
    >>> int(np.isnan(model.impute(table)).sum())
    0
    """

    kind = "tabular"
    title = "A tabular VAE"
    caution = (
        "It repeats what its rows show, biases included; rows that it draws are nobody's, but resemble somebody's."
    )
    least_label_weight = 10.0
    Reader = TableReader
    reader_: TableReader

    def _build(self, data: TableData | None) -> LatentModel:
        reader, (deep, shallow) = self.reader_, self.depths()
        inputs, axes = reader.features().width, self._axes(data)
        encoder, features = perceptron(inputs if axes is None else reader.components, self.width, deep, self.dropout)
        if axes is not None:
            encoder = behind_components(encoder, axes)
        network, last = perceptron(self.latent_dim, self.width, shallow)
        network.append(torch.nn.Linear(last, outputs_of(reader.columns, axes)))
        model = LatentModel(
            encoder,
            NormalPosterior(features, self.latent_dim),
            make_prior(self.prior, self.latent_dim, lambda: self._pseudo_inputs(data, inputs)),
            RowLikelihood(network, reader.columns, reader.shared, axes),
            self._heads(),
            aside=None if data is None or data.neighbours is None else NeighbourTerm(reach_of(data.count)),
        )
        return model if data is not None else exact(model)

    def _axes(self, data: TableData | None) -> Tensor | None:
        """Principal axes (D, components_); room for them where weights are about to be loaded."""
        if not self.reader_.components:
            return None
        if data is None or data.axes is None:
            return torch.zeros(len(self.reader_.columns), self.reader_.components)
        return torch.from_numpy(np.ascontiguousarray(data.axes, dtype=np.float32))

    def _pseudo_inputs(self, data: TableData | None, inputs: int) -> Tensor:
        """Rows for a VampPrior, few repeated; empty ones where weights are about to be loaded."""
        if data is None:
            return torch.zeros(PSEUDO_INPUTS, inputs)
        count = data.matrix.shape[0]
        rows = np.arange(PSEUDO_INPUTS) * max(1, count // PSEUDO_INPUTS) % count
        found = data.batch(rows).input
        assert found is not None
        return found

    def _plan(self, data: Any) -> Plan:
        epochs = self.epochs or int(np.clip(STEPS // len(data), 15, 300))
        weight = self.neighbour_share() * len(self.reader_.columns)
        learning_rate = self.learning_rate or (MAP_LEARNING_RATE if weight else LEARNING_RATE)
        labels = constant(self._weight_of_labels(data))
        return self._usual_plan(epochs, learning_rate, clip_norm=1000.0, aside_weight=weight, label_weight=labels)

    def _conclude(self, plan: Plan, data: Any, judged_by: Any) -> None:
        super()._conclude(plan, data, judged_by)
        exact(self.model_)

    def _compared(self, figures: dict, data: Any, judged_by: Any) -> dict:
        """The figures, and whether rows that are drawn are copies."""
        figures = super()._compared(figures, data, judged_by)
        if judged_by is None or len(judged_by.labels) < LEAST_HELD_OUT:
            return figures
        with self._seeded():
            numbers = self._numbers(self._drawn(draw_codes(self, DRAWN, None, "model")))
        rows = [part.readable() for part in (self.reader_.given(numbers, self), data, judged_by)]
        return {**figures, **privacy(*rows)}

    def facts(self) -> list[str]:
        figures = self.metrics_["fit"]["held_out"]
        return [*super().facts(), *([in_words(figures)] if COPIES in figures else [])]

    def number_type(self) -> torch.dtype:
        """Of the numbers to compute with: in training float32; answers are those of the fitted model."""
        return next(self.model_.parameters()).dtype if self.__sklearn_is_fitted__() else torch.float32

    def restore(self, state: dict) -> None:
        super().restore(state)
        self.n_features_in_ = len(self.reader_.columns)
        if self.reader_.feature_names is not None:
            self.feature_names_in_ = np.array(self.reader_.feature_names, dtype=object)

    def score_samples(self, X: Any) -> np.ndarray:
        """The evidence lower bound on log p(row) in nats, (N,), from 32 draws of z that are the same for every row.

        It is a density in the table's own units where columns are numbers, and it is over what was observed.
        """
        return self._bounds(X, lambda evidence, batch: evidence.elbo(), SCORE_DRAWS, balanced=True)

    def anomaly_score(self, X: Any, samples: int = ODDNESS_DRAWS) -> np.ndarray:
        """How little the model expects a row: the negative importance-weighted bound on log p(row), (N,), of 8 draws.

        In nats, over what was observed, and of numbers as the model scales them: normal scores of heavy-tailed columns,
        logarithms of positive ones. In the table's own units, as `score_samples` has it, rows would pass for normal
        wherever values crowd together.
        """

        self._check_count(samples, "draws")

        def oddness(evidence: Evidence, batch: Batch) -> Tensor:
            decoder = cast(RowLikelihood, self.model_.decoder)
            assert batch.target is not None
            return decoder.log_slope(batch.target, batch.observed) - evidence.importance_bound()

        return self._bounds(X, oddness, samples)

    def surprises(self, X: Any) -> np.ndarray:
        """By how many nats each value of the rows is less probable than the one that the model expects, (N, D).

        It says which columns make a row odd. Of numbers as the model scales them; 0 for a hole.
        """

        def surprising(batch: Batch) -> Tensor:
            assert batch.target is not None
            return surprise(self.model_.decoder(self.model_.code(batch)), batch.target, batch.observed)

        return self._over(self.batches(X), surprising)

    def _bounds(
        self, X: Any, bound: Callable[[Evidence, Batch], Tensor], samples: int, balanced: bool = False
    ) -> np.ndarray:
        check_is_fitted(self)
        choose = common_draws(samples, self.latent_dim, self.random_state, balanced)
        return self._over(self.batches(X), lambda batch: bound(self.model_.evidence(batch, samples, choose), batch))

    def decode(self, Z: Any) -> Any:
        """The row that each code Z (N, latent_dim) stands for: the most probable categories; of a number its mean, or
        its median where the column is positive or brought to normal scores.
        """
        return self._table(self._numbers(self._from_codes(self._codes(Z), lambda row: row.mean())))

    def inverse_transform(self, Z: Any) -> Any:
        """The same as `decode`."""
        return self.decode(Z)

    def impute(self, X: Any, samples: int = IMPUTE_DRAWS, imputations: int | None = None) -> Any:
        """Fill the holes of rows.

        Parameters
        ----------
        samples : int
            Draws of z for each row, weighed by importance (Mattei & Frellsen 2019, eq. 10). With 100, means of columns
            are within 1% of a standard deviation of those with 10,000, and errors as small (`docs/measured.md`).
        imputations : int or None
            None fills in what is expected: the mean of a number, the most probable category. A number gives a list of
            so many tables whose holes are filled by draws.

        Returns
        -------
        A table as X is, or a list of them: X itself but for its holes. Of every value that was there both the value
        and its type stay; what is filled in has the type of its column, where that can hold it.
        """
        check_is_fitted(self)
        if samples < 1 or (imputations is not None and imputations < 1):
            raise VaeworksError(
                "impute takes at least one of samples, and of imputations (None for the expected values)"
            )
        X = eager(X)
        data = self.reader_.data(X, None, self)
        holes = np.isnan(data.dense(slice(None)))
        rows = np.flatnonzero(holes.any(1))
        numbers = np.full((imputations or 1, *holes.shape), np.nan)
        with self._seeded():
            for part, found in self._found(data, rows, samples, imputations):
                numbers[:, part] = found
        tables = [filled(X, self.reader_.columns, holes, each) for each in numbers]
        return tables[0] if imputations is None else tables

    @torch.no_grad()
    def _found(
        self, data: TableData, rows: np.ndarray, samples: int, imputations: int | None
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Part by part some of the rows, and what stands in them (1 or imputations, rows, D), in the table's units."""
        choose = common_draws(samples, self.latent_dim, self.random_state)
        at_once = max(1, MOST_NUMBERS // (samples * (len(self.reader_.columns) + 2 * self.width)))
        parts: Iterable[np.ndarray] = np.array_split(rows, range(at_once, len(rows), at_once)) if len(rows) else ()
        if self.verbose and len(rows) > at_once:
            parts = counted_by(parts, len(rows), "rows", len)
        for part in parts:
            row, weights = weighed(self.model_.eval(), data.batch(part).to(self._device()), samples, choose)
            targets = expected(row, weights)[None] if imputations is None else resampled(row, weights, imputations)
            yield part, np.stack([self._numbers(each) for each in targets])

    def sample(
        self,
        n: int = 1,
        label: Any = None,
        where: dict | None = None,
        random_state: int | None = None,
        prior: str = "auto",
        labels: bool = False,
    ) -> Any:
        """New rows, as the table of the fit had them.

        Parameters
        ----------
        n : int
        label : object or None
            Draw for this class: codes from p(z | label), exactly.
        where : dict of column to value, or None
            Draw rows that have these values: codes from p(z | values) under the model's prior, by importance
            resampling.
        random_state : int or None
            None takes the estimator's.
        prior : 'auto', 'model' or 'aggregated'
            Where codes come from: the prior of the bound, or the mixture fitted to the codes of data; auto takes the
            second for a label.
        labels : bool
            Give labels too, drawn from p(label | z), as a pair (rows, labels).
        """
        check_is_fitted(self)
        self._check_count(n, "rows")
        with self._seeded(random_state):
            given = partial_row(self.reader_.columns, where or {})
            z = self._codes_where(n, label, given) if where else draw_codes(self, n, label, prior)
            z = z.to(next(self.model_.parameters()))
            numbers = self._numbers(self._drawn(z))
            rows = self._table(np.where(np.isnan(given), numbers, given))
            return (rows, self._drawn_labels(z, label)) if labels else rows

    def _drawn(self, z: Tensor) -> Tensor:
        """Targets of rows, drawn again where a number lies beyond those of the fit."""
        targets, scales = self._from_codes(z, lambda row: row.sample()), Scales(self.reader_.columns)
        ends = [(c.low, c.high) if c.low is not None else (-math.inf, math.inf) for c in self.reader_.columns]
        low, high = torch.tensor(ends, dtype=torch.float64).T
        for _ in range(REDRAWS):
            numbers = scales.numbers(targets)
            odd = (numbers < low) | (numbers > high)
            rows = odd.any(1)
            if not rows.any():
                break
            again = self._from_codes(z[rows.to(z.device)], lambda row: row.sample())
            targets[rows] = torch.where(odd[rows], again, targets[rows])
        return targets

    @torch.no_grad()
    def _codes_where(self, n: int, label: Any, given: np.ndarray) -> Tensor:
        """Draws from p(z | values, label), (n, latent_dim)."""
        [batch] = self._moved(self.reader_.given(given, self).epoch(None))
        index = None if label is None else class_index(self, label)
        return codes_given(self.model_.eval(), batch, n, index)

    @torch.no_grad()
    def _drawn_labels(self, z: Tensor, label: Any) -> np.ndarray:
        names = np.array(self._classes().names)
        if label is not None:
            return np.full(len(z), label)
        return names[self.model_.heads[LABEL](z).sample().cpu().numpy()]

    @torch.no_grad()
    def _from_codes(self, z: Tensor, read: Callable) -> Tensor:
        """Targets (N, D) in float64 on the CPU, from the likelihoods that codes decode into."""
        self.model_.eval()
        return torch.cat([read(self.model_.decoder(part)).cpu() for part in z.split(1000)])

    def _numbers(self, targets: Tensor) -> np.ndarray:
        """Targets (N, D) in the table's own units, as its values could be."""
        numbers = Scales(self.reader_.columns).numbers(targets.cpu()).numpy()
        return np.column_stack([column.real(numbers[:, at]) for at, column in enumerate(self.reader_.columns)])

    def _table(self, numbers: np.ndarray) -> Any:
        """Numbers (N, D) as a table in the form that was fitted."""
        found = {column.name: column.values(numbers[:, place]) for place, column in enumerate(self.reader_.columns)}
        return as_container(found, self.reader_.columns, self.reader_.container)

    def body(self) -> str:
        kinds = Counter(column.kind for column in self.reader_.columns)
        counted = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
        deep, shallow = self.depths()
        return f"""Perceptrons of {deep} (encoder) and {shallow} (decoder) layers of {self.width} units around
{self.latent_dim} latent units; {len(self.reader_.columns)} columns ({counted}), each with the likelihood of its
kind."""

    def panels(self, X: Any, y: Any = None) -> list[Panel]:
        """The panels of every kind, and the columns."""
        rows = [[column.name, column.kind, f"{len(column.categories) or ''}"] for column in self.reader_.columns[:100]]
        table = {"columns": ["column", "kind", "categories"], "rows": rows}
        return [*super().panels(X, y), Panel("Columns", "How each column is modelled.", "table", table)]

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = tags.input_tags.sparse = True
        tags.input_tags.string = tags.input_tags.categorical = True
        return tags


def exact(model: LatentModel) -> LatentModel:
    """The model in float64, where the device has it: float32 rounds by how many rows are in a batch."""
    return model if next(model.parameters()).device.type == "mps" else model.double()
