"""`TabularVAE`: tables of mixed columns with holes."""

from collections.abc import Callable, Iterator
from typing import Any, ClassVar, cast

import numpy as np
import torch
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted, validate_data
from torch import Tensor

from ..core.batch import Batch
from ..core.evidence import Evidence
from ..core.likelihoods import ClassHead
from ..core.model import LatentModel
from ..core.posteriors import NormalPosterior
from ..core.priors import make_prior
from ..errors import VaeworksError
from ..fitting.estimator import LatentEstimator
from ..fitting.held_out import held_out
from ..fitting.labels import LABEL, MISSING, Classes, classes_in, labels_of
from ..fitting.panels import Panel, shared_panels
from ..fitting.plan import Phase, Plan, Schedule
from ..fitting.sampling import class_index, draw_codes
from ..fitting.training import Data, own_random_numbers
from .card import table_card
from .columns import Column
from .components import behind_components
from .data import TableData
from .filling import filled
from .frames import Frame, as_container, as_pandas, columns_of_objects, eager, frame_of, is_frame
from .learning import check_same_columns, holes_in, learn, matrix_of, names_of, partial_row, rows_in
from .likelihoods import RowLikelihood, outputs_of
from .limits import LIMITS
from .neighbours import neighbour_penalty, reach_of
from .networks import Features, perceptron
from .scales import Scales
from .weighing import codes_given, common_draws, expected, resampled, weighed

PSEUDO_INPUTS, STEPS, SCORE_DRAWS, MOST_NUMBERS = 128, 3000, 32, 4_000_000
MAP_UNITS, MAP_WEIGHT, MASKING = 2, 10.0, 0.1
DEPTH, MAP_DEPTH = 2, 4
MANY = 4  # times as many columns as components, for which it pays to put these in their place
LEARNING_RATE, MAP_LEARNING_RATE = 4e-3, 2e-3


class TabularVAE(LatentEstimator):
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
    latent_dim : int
        Units of z; 2 gives a map.
    kinds : dict of str to str, or None
        The kind of columns by name (x0, x1, ... in an array), where it shall not be inferred.
    scaling : 'auto', 'table', 'standard' or 'quantile'
        Of real columns: one scale for all, as pixels need; each its own; or each to normal scores. 'auto' takes the
        first where most columns span the range of the table, else the third for heavy tails, else the second.
    width : int
        Units of a layer of encoder and decoder.
    depth : int or None
        Layers of the encoder, and of the decoder, which has at most 2; with 0 both are linear. None takes 2, but 4 with
        the neighbour term: a deep encoder draws a far better map.
    masking : float or None
        Share of the entries that the encoder does not see while training, so that it learns to read rows with holes;
        None takes 0.1, but 0 for columns of one scale without holes, as pixels are.
    neighbour_weight : float or None
        Of the neighbour term, which keeps rows that are near in the table near in z, in nats a column; None takes 10
        for up to 2 units of z, else 0. It is a penalty in training, and no reported bound contains it.
    neighbours : int
        How many nearest rows count as near.
    prior : 'normal', 'mixture', 'vamp' or 'flow'
    rate : float or None
        Nats of KL that training holds by moving beta; None trains the plain bound (beta 1 after `kl_warmup`).
    free_bits : float
        Nats a unit below which its KL is not pushed.
    kl_warmup : float
        Epochs over which beta grows from 0 to 1 where there is no `rate`.
    label_weight : float
        Weight of a label's log-probability beside that of a row.
    dropout : float
        Share of the encoder's units that it goes without while training.
    epochs : int or None
        None takes as many as make about 3,000 steps, but 15 to 300.
    batch_size : int or None
        None takes a fiftieth of the rows, but 32 to 1024; with the neighbour term an eighth, but 128 to 512.
    learning_rate : float or None
        It falls to zero along a cosine. None takes 0.004, but 0.002 with the neighbour term.
    patience : int or None
        Epochs without a better validation loss after which training stops.
    averaging : float or None
        Decay of the moving average of the weights, which is what is kept.
    label_name : str
        What the labels are called in what is shown.
    missing_label : object
        Beside None and NaN, what means "no label"; 'auto' takes -1 among integers other than -1 and 1.
    validation_fraction : float
        Share of the rows held out where `fit` is given no validation data.
    random_state : int
    device : str
        'auto', 'cpu', 'cuda' or 'mps'.
    precision : str
        '32-true' or 'bf16-mixed', in training; answers are computed in float64.
    verbose : bool
        Show a progress bar with the time left.

    Attributes
    ----------
    columns_ : list of Column
        The name, kind, categories and scale of every column.

    Examples
    --------
    >>> from vaeworks import TabularVAE
    >>> model = TabularVAE(latent_dim=2).fit(table)      # doctest: +SKIP
    >>> full = model.impute(table_with_holes)            # doctest: +SKIP
    """

    kind = "tabular"
    columns_: list[Column]
    shared_: bool
    marks_: bool
    components_: int
    container_: str
    _parameter_constraints: ClassVar[dict] = LIMITS

    def __init__(
        self,
        latent_dim: int = 8,
        kinds: dict | None = None,
        scaling: str = "auto",
        width: int = 256,
        depth: int | None = None,
        masking: float | None = None,
        neighbour_weight: float | None = None,
        neighbours: int = 15,
        prior: str = "normal",
        rate: float | None = None,
        free_bits: float = 0.0,
        kl_warmup: float = 0.0,
        label_weight: float = 10.0,
        dropout: float = 0.0,
        epochs: int | None = None,
        batch_size: int | None = None,
        learning_rate: float | None = None,
        patience: int | None = None,
        averaging: float | None = 0.99,
        label_name: str = "label",
        missing_label: Any = "auto",
        validation_fraction: float = 0.1,
        random_state: int = 0,
        device: str = "auto",
        precision: str = "32-true",
        verbose: bool = False,
    ) -> None:
        self.latent_dim = latent_dim
        self.kinds = kinds
        self.scaling = scaling
        self.width = width
        self.depth = depth
        self.masking = masking
        self.neighbour_weight = neighbour_weight
        self.neighbours = neighbours
        self.prior = prior
        self.rate = rate
        self.free_bits = free_bits
        self.kl_warmup = kl_warmup
        self.label_weight = label_weight
        self.dropout = dropout
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.patience = patience
        self.averaging = averaging
        self.label_name = label_name
        self.missing_label = missing_label
        self.validation_fraction = validation_fraction
        self.random_state = random_state
        self.device = device
        self.precision = precision
        self.verbose = verbose

    def _prepare(self, X: Any, y: Any, validation: Any, start: Any = None) -> tuple[TableData, TableData | None]:
        table = self._read(X, reset=True)
        count = rows_in(table)
        labels = classes_in(labels_of(y, count, "rows"))
        if start is None:
            self.container_ = table.container if isinstance(table, Frame) else "array"
            self.columns_, self.shared_ = learn(table, self.kinds or {}, self.scaling)
        else:
            check_same_columns(table, start.columns_)
            self.container_, self.columns_, self.shared_ = start.container_, start.columns_, start.shared_
        self.class_names_ = Classes.learn(labels, self.missing_label)
        matrix, known = matrix_of(table, self.columns_), self._indices(labels)
        masking = self._masking(matrix)
        self.marks_ = bool(start.marks_ if start else masking or holes_in(matrix))
        training, judged = self._divided(matrix, known, masking, validation)
        self.components_ = start.components_ if start else self._components(training)
        return training, judged

    def _divided(
        self, matrix: Any, known: np.ndarray, masking: float, validation: Any
    ) -> tuple[TableData, TableData | None]:
        """Rows to train on, and rows to judge by: those given, or some held out."""
        if validation is not None:
            rows, own = validation
            return self._training(matrix, known, masking), self._judged(rows, own, torch.float32)
        kept_back = held_out(0, len(known), self.validation_fraction)
        rows, others = np.flatnonzero(~kept_back), np.flatnonzero(kept_back)
        if not len(rows) or not len(others):
            return self._training(matrix, known, masking), None
        training = self._training(matrix[rows], known[rows], masking)
        return training, self._data(matrix[others], known[others], torch.float32)

    def _components(self, data: TableData) -> int:
        """How many principal components both perceptrons work with in the place of columns; 0 for the columns."""
        real = all(column.kind == "real" and not column.knots for column in self.columns_)
        if data.axes is None or self.marks_ or not (self.shared_ and real and self.depths()[0]):
            return 0
        columns, components = data.axes.shape
        return components if columns >= MANY * components else 0

    def _masking(self, matrix: Any) -> float:
        if self.masking is not None:
            return self.masking
        return 0.0 if self.shared_ and not holes_in(matrix) else MASKING

    def _read(self, X: Any, reset: bool = False) -> Any:
        """A table's columns, or an array or sparse matrix of numbers."""
        X = eager(X)
        try:
            if is_frame(X):
                validate_data(self, X, reset=reset, skip_check_array=True)
                return frame_of(X)
            found = validate_data(self, X, reset=reset, dtype=None, accept_sparse="csr", ensure_all_finite="allow-nan")
        except VaeworksError:
            raise
        except ValueError as error:
            raise VaeworksError(str(error)) from error
        if found.dtype.kind in "OUS":
            names = names_of(found.shape[1]) if reset else [column.name for column in self.columns_]
            return columns_of_objects(found.astype(object), names)
        return found

    def _indices(self, labels: list) -> np.ndarray:
        return np.full(len(labels), MISSING) if self.class_names_ is None else self.class_names_.indices(labels)

    def _training(self, matrix: Any, labels: np.ndarray, masking: float) -> TableData:
        data = self._data(matrix, labels, torch.float32)
        data.masking = masking
        if self._neighbour_weight() and matrix.shape[0] > 2:
            data.find_neighbours(self.neighbours, self.random_state)
        return data

    def _neighbour_weight(self) -> float:
        if self.neighbour_weight is not None:
            return self.neighbour_weight
        return MAP_WEIGHT if self.latent_dim <= MAP_UNITS else 0.0

    def _judged(self, X: Any, y: Any = None, dtype: torch.dtype | None = None) -> TableData:
        table = self._read(X)
        labels = self._indices(labels_of(y, rows_in(table), "rows"))
        return self._data(matrix_of(table, self.columns_), labels, dtype or next(self.model_.parameters()).dtype)

    def _data(self, matrix: Any, labels: np.ndarray, dtype: torch.dtype) -> TableData:
        return TableData(matrix, labels, self.columns_, self._features(), self._rows_a_step(matrix.shape[0]), dtype)

    def _features(self) -> Features:
        return Features(self.columns_, self.marks_)

    def _rows_a_step(self, count: int) -> int:
        if self.batch_size:
            return self.batch_size
        share, least, most = (8, 128, 512) if self._neighbour_weight() else (50, 32, 1024)
        return int(np.clip(count // share, least, most))

    def depths(self) -> tuple[int, int]:
        """Layers of the encoder and of the decoder."""
        usual = MAP_DEPTH if self._neighbour_weight() else DEPTH
        depth = usual if self.depth is None else self.depth
        return depth, min(depth, DEPTH)

    def _build(self, data: TableData | None) -> LatentModel:
        inputs, axes = self._features().width, self._axes(data)
        deep, shallow = self.depths()
        encoder, features = perceptron(inputs if axes is None else self.components_, self.width, deep, self.dropout)
        if axes is not None:
            encoder = behind_components(encoder, axes)
        network, last = perceptron(self.latent_dim, self.width, shallow)
        network.append(torch.nn.Linear(last, outputs_of(self.columns_, axes)))
        classes = self.class_names_
        model = LatentModel(
            encoder,
            NormalPosterior(features, self.latent_dim),
            make_prior(self.prior, self.latent_dim, lambda: self._pseudo_inputs(data, inputs)),
            RowLikelihood(network, self.columns_, self.shared_, axes),
            {} if classes is None else {LABEL: ClassHead(self.latent_dim, len(classes))},
        )
        return model if data is not None else exact(model)

    def _axes(self, data: TableData | None) -> Tensor | None:
        """Principal axes (D, components_); room for them where weights are about to be loaded."""
        if not self.components_:
            return None
        if data is None or data.axes is None:
            return torch.zeros(len(self.columns_), self.components_)
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
        weight = self._neighbour_weight() * len(self.columns_)
        learning_rate = self.learning_rate or (MAP_LEARNING_RATE if weight else LEARNING_RATE)
        phase = Phase(
            epochs=epochs,
            learning_rate=Schedule(learning_rate, 0.0, epochs, "cosine"),
            kl_weight=Schedule(0.0, 1.0, self.kl_warmup),
            label_weight=Schedule(self.label_weight, self.label_weight),
            rate=self.rate,
        )
        return Plan(
            (phase,),
            self.free_bits,
            self.patience,
            self.averaging,
            clip_norm=1000.0,
            penalty=neighbour_penalty(weight, reach_of(data.matrix.shape[0])) if weight else None,
            seed=self.random_state,
        )

    def _conclude(self, plan: Plan, data: Data) -> None:
        super()._conclude(plan, data)
        exact(self.model_)

    def _batches(self, X: Any, y: Any = None) -> Iterator[Batch]:
        check_is_fitted(self)
        yield from self._judged(X, y).epoch(None)

    def data_state(self) -> dict:
        classes, names = self.class_names_, getattr(self, "feature_names_in_", None)
        return {
            "columns": [column.to_state() for column in self.columns_],
            "shared": self.shared_,
            "marks": self.marks_,
            "components": self.components_,
            "container": self.container_,
            "feature_names": None if names is None else list(names),
            "classes": None if classes is None else classes.to_state(),
        }

    def _restore_data(self, state: dict) -> None:
        self.columns_ = [Column(**column) for column in state["columns"]]
        self.shared_, self.marks_, self.container_ = state["shared"], state["marks"], state["container"]
        self.components_ = state["components"]
        self.n_features_in_ = len(self.columns_)
        if state["feature_names"] is not None:
            self.feature_names_in_ = np.array(state["feature_names"], dtype=object)
        self.class_names_ = None if state["classes"] is None else Classes(**state["classes"])

    def score_samples(self, X: Any) -> np.ndarray:
        """The evidence lower bound on log p(row) in nats, (N,), from 32 draws of z that are the same for every row.

        It is a density in the table's own units where columns are numbers, and it is over what was observed.
        """
        return self._bounds(X, lambda evidence, batch: evidence.elbo(), balanced=True)

    def anomaly_score(self, X: Any) -> np.ndarray:
        """How little the model expects a row: the negative importance-weighted bound on log p(row), (N,), 32 draws.

        In nats, over what was observed, and of numbers as the model scales them: normal scores of heavy-tailed columns,
        logarithms of positive ones. In the table's own units, as `score_samples` has it, rows would pass for normal
        wherever values crowd together.
        """

        def oddness(evidence: Evidence, batch: Batch) -> Tensor:
            decoder = cast(RowLikelihood, self.model_.decoder)
            assert batch.target is not None
            return decoder.log_slope(batch.target, batch.observed) - evidence.importance_bound()

        return self._bounds(X, oddness, balanced=False)

    def _bounds(self, X: Any, bound: Callable[[Evidence, Batch], Tensor], balanced: bool) -> np.ndarray:
        check_is_fitted(self)
        choose = common_draws(SCORE_DRAWS, self.latent_dim, self.random_state, balanced)
        return self._over(X, lambda batch: bound(self.model_.evidence(batch, SCORE_DRAWS, choose), batch))

    def decode(self, Z: Any) -> Any:
        """The row that each code Z (N, latent_dim) stands for: the most probable categories; of a number its mean, or
        its median where the column is positive or brought to normal scores.
        """
        return self._table(self._numbers(self._from_codes(self._codes(Z), lambda row: row.mean())))

    def inverse_transform(self, Z: Any) -> Any:
        """The same as `decode`."""
        return self.decode(Z)

    def impute(self, X: Any, samples: int = 1000, imputations: int | None = None) -> Any:
        """Fill the holes of rows.

        Parameters
        ----------
        samples : int
            Draws of z, weighed by importance (Mattei & Frellsen 2019, eq. 10).
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
        data = self._judged(X)
        data.batch_size = max(1, MOST_NUMBERS // (samples * (len(self.columns_) + 2 * self.width)))
        choose = common_draws(samples, self.latent_dim, self.random_state)
        with own_random_numbers(self._device()):
            torch.manual_seed(self.random_state)
            parts = [self._filled(batch, samples, choose, imputations) for batch in self._moved(data.epoch(None))]
        holes = np.isnan(data.dense(slice(None)))
        found = [self._numbers(torch.cat(each)) for each in zip(*parts, strict=True)]
        tables = [filled(X, self.columns_, holes, numbers) for numbers in found]
        return tables[0] if imputations is None else tables

    @torch.no_grad()
    def _filled(self, batch: Batch, samples: int, choose: Any, imputations: int | None) -> list[Tensor]:
        row, weights = weighed(self.model_.eval(), batch, samples, choose)
        found = expected(row, weights)[None] if imputations is None else resampled(row, weights, imputations)
        return [each.cpu() for each in found]

    def sample(
        self,
        n: int = 1,
        label: Any = None,
        where: dict | None = None,
        random_state: int | None = None,
        prior: str = "model",
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
        prior : 'model' or 'aggregated'
            Where codes come from: the prior of the bound, or the mixture fitted to the codes of data.
        labels : bool
            Give labels too, drawn from p(label | z), as a pair (rows, labels).
        """
        check_is_fitted(self)
        if n < 1:
            raise VaeworksError(f"cannot sample {n} rows: ask for at least one")
        with own_random_numbers(self._device()):
            torch.manual_seed(self.random_state if random_state is None else random_state)
            given = partial_row(self.columns_, where or {})
            z = self._codes_where(n, label, given) if where else draw_codes(self, n, label, prior)
            z = z.to(next(self.model_.parameters()))
            numbers = self._numbers(self._from_codes(z, lambda row: row.sample()))
            rows = self._table(np.where(np.isnan(given), numbers, given))
            return (rows, self._drawn_labels(z, label)) if labels else rows

    @torch.no_grad()
    def _codes_where(self, n: int, label: Any, given: np.ndarray) -> Tensor:
        """Draws from p(z | values, label), (n, latent_dim)."""
        [batch] = self._moved(self._data(given, np.array([MISSING]), next(self.model_.parameters()).dtype).epoch(None))
        index = None if label is None else class_index(self, label)
        return codes_given(self.model_.eval(), batch, n, index)

    @torch.no_grad()
    def _drawn_labels(self, z: Tensor, label: Any) -> np.ndarray:
        if self.class_names_ is None:
            raise VaeworksError("this model was fitted without labels, so it draws none: fit it with labels")
        if label is not None:
            return np.full(len(z), label)
        return np.asarray(self.classes_)[self.model_.heads[LABEL](z).sample().cpu().numpy()]

    @torch.no_grad()
    def _from_codes(self, z: Tensor, read: Callable) -> Tensor:
        """Targets (N, D) in float64 on the CPU, from the likelihoods that codes decode into."""
        self.model_.eval()
        return torch.cat([read(self.model_.decoder(part)).cpu() for part in z.split(1000)])

    def _numbers(self, targets: Tensor) -> np.ndarray:
        """Targets (N, D) in the table's own units, rounded where its values are whole."""
        numbers = Scales(self.columns_).numbers(targets.cpu()).numpy()
        whole = [column.whole or column.kind == "count" for column in self.columns_]
        numbers[:, whole] = numbers[:, whole].round()
        return numbers

    def _table(self, numbers: np.ndarray) -> Any:
        """Numbers (N, D) as a table in the form that was fitted."""
        found = {column.name: column.values(numbers[:, place]) for place, column in enumerate(self.columns_)}
        if self.container_ == "pandas":
            return as_pandas(found, self.columns_)
        return as_container(found, self.container_)

    def evaluate(self, X: Any, y: Any = None, samples: int = 10) -> dict:
        """Measure the model on rows.

        Returns
        -------
        dict
            As for every kind, and with labels `accuracy`.
        """
        return {**self._accuracy(X, y), **super().evaluate(X, y, samples)}

    def panels(self, X: Any, y: Any = None) -> list[Panel]:
        """The panels of every kind, and the columns."""
        rows = [[column.name, column.kind, f"{len(column.categories) or ''}"] for column in self.columns_[:100]]
        table = {"columns": ["column", "kind", "categories"], "rows": rows}
        return [*shared_panels(self, X, y), Panel("Columns", "How each column is modelled.", "table", table)]

    def card(self) -> str:
        return table_card(self)

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = tags.input_tags.sparse = True
        tags.input_tags.string = tags.input_tags.categorical = True
        return tags


def exact(model: LatentModel) -> LatentModel:
    """The model in float64, where the device has it: float32 rounds by how many rows are in a batch."""
    return model if next(model.parameters()).device.type == "mps" else model.double()
