"""`RecommenderVAE`: who liked what, and what else they would."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, cast

import numpy as np
import torch
from sklearn.base import clone
from sklearn.utils.validation import check_is_fitted
from torch import Tensor

from ..core.batch import Batch
from ..core.model import LatentModel
from ..core.posteriors import NormalPosterior
from ..core.priors import make_prior
from ..datasets.interactions.interactions import Interactions
from ..errors import VaeworksError
from ..estimator.estimator import LatentEstimator
from ..estimator.panels import Panel
from ..fitting.plan import Plan, Schedule
from .blending import USUAL, blend, judge_of, linear_judge, scores_of
from .catalogue import Catalogue, numbers_of_users
from .data import HistoryData, HistoryReader, given, interactions_of, padded
from .ease import DROPOUTS, Linear, best_linear
from .likelihoods import MultinomialLikelihood
from .networks import HistoryEncoder, LinearPath, item_scores
from .panels import recommender_panels
from .parameters import RecommenderParameters
from .protocols import PROTOCOLS, folds_of, judged, temporal, weak
from .ranking import paired_interval, without
from .regulariser import CompositeRegulariser

PSEUDO_INPUTS, PSEUDO_ITEMS = 128, 50
HISTORIES, SCORES_AT_ONCE = "histories", 8_000_000


class RecommenderVAE(RecommenderParameters, LatentEstimator):
    """A variational autoencoder of histories (Liang et al. 2018) beside a linear path from items to items.

        history -> sum of its items -> q(z | history) -> z -> perceptron -+-> softmax -> p(further items | history)
              +-------------- zero-diagonal linear path (EASE) -----------+

    With the linear path, the history that is read is the condition: each history is split anew in every epoch into what
    is read and what is scored, and the bound is on log p(scored | read). Without it, the bound is on log p(history).

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    reader_ : HistoryReader
        The items, their titles and columns, and the histories of all users that the fit was told of.

    Examples
    --------
    >>> import numpy as np
    >>> from vaeworks import RecommenderVAE
    >>> taste = np.arange(60)[:, None] % 2 == np.arange(12) % 2
    >>> liked = taste & (np.random.default_rng(0).random((60, 12)) < 0.7)
    >>> model = RecommenderVAE(latent_dim=2, width=8, epochs=2).fit(liked)
    >>> [row["item"] % 2 for row in model.recommend_for([0, 2], n=3)]
    [0, 0, 0]
    """

    kind = "recommender"
    title = "A recommender"
    caution = (
        "It repeats what its users did, their fashions and blind spots included; it holds their histories, so that "
        "who has this folder can read them."
    )
    Reader = HistoryReader
    reader_: HistoryReader

    def _ready(self, data: HistoryData, judged_by: HistoryData | None) -> HistoryData:
        data.judged_by = judged_by
        if self.is_conditional():
            data.linear = best_linear(data.histories, self.linear_items, linear_judge(judged_by), DROPOUTS)
        return data

    def _build(self, data: HistoryData | None) -> LatentModel:
        items = len(self.reader_.items)
        encoder = HistoryEncoder(items, self.width, self.dropout)
        posterior = NormalPosterior(self.width, self.latent_dim)
        network = item_scores(self.latent_dim, self.width, items, silent=self.linear == "trained")
        likelihood = MultinomialLikelihood(network, self._linear_path(data, items))
        prior = make_prior(self.prior, self.latent_dim, lambda: self._pseudo_inputs(data))
        aside = None
        if self.regulariser == "composite":
            aside = CompositeRegulariser(encoder, posterior, self.user_weight, len(data) if data else 1)
        return LatentModel(encoder, posterior, prior, likelihood, aside=aside)

    def _linear_path(self, data: HistoryData | None, items: int) -> LinearPath | None:
        if not self.is_conditional():
            return None
        joined = min(items, self.linear_items)
        begun = None if data is None else data.linear
        weights = torch.zeros(joined, joined) if begun is None else begun.weights
        which = torch.arange(joined) if begun is None else begun.which
        scale = USUAL if self.linear == "trained" else 0.0
        return LinearPath(weights, which, items, scale, self.linear == "trained")

    def _pseudo_inputs(self, data: HistoryData | None) -> Tensor:
        """Histories for a VampPrior, few repeated; empty ones where weights are about to be loaded."""
        ids = torch.full((PSEUDO_INPUTS, PSEUDO_ITEMS), -1)
        if data is not None:
            rows = np.arange(PSEUDO_INPUTS) * max(1, data.count // PSEUDO_INPUTS) % data.count
            found = padded([data.histories.of(int(row))[:PSEUDO_ITEMS] for row in rows])
            ids[:, : found.shape[1]] = found
        return ids

    def _plan(self, data: HistoryData) -> Plan:
        turns: tuple[tuple[str, ...], ...] = ()
        weight = Schedule(0.0 if self.kl_warmup else self.kl_weight, self.kl_weight, self.kl_warmup)
        if self.regulariser == "composite":
            weight = Schedule(0.0, 0.0)
            if self.encoder_turns:
                turns = (("encoder", "posterior"),) * self.encoder_turns + (("decoder", "prior"),)
        plan = self._usual_plan(self.epochs, self.learning_rate, kl_weight=weight, turns=turns)
        by = data.judged_by
        if by is None:
            return plan
        return replace(plan, judge=judge_of(by, data.linear if self.linear == "blended" else None))

    def _conclude(self, plan: Plan, data: Any, judged_by: Any) -> None:
        """Let the linear path speak: until now the VAE was trained as if alone."""
        if self.linear == "blended":
            path = cast(LinearPath, self.model_.decoder.linear)
            linear = Linear(path.weights.cpu(), path.which.cpu(), path.items)
            by = judged_by or data
            blend(self.model_.eval(), linear, by if by.linear is None else None)  # it is the training data's
        super()._conclude(plan, data, judged_by)

    def wholly(self, X: Any) -> Iterator[Batch]:
        """Batches in which each history is read as a whole."""
        check_is_fitted(self)
        return self._moved(self.reader_.data(X, None, self).whole())

    def further_weights(self) -> dict[str, dict[str, Tensor]]:
        return {HISTORIES: self.reader_.tensors()}

    def restore_further(self, weights: dict[str, dict[str, Tensor]]) -> None:
        self.reader_ = self.reader_.with_histories(weights[HISTORIES])

    def catalogue(self) -> Catalogue:
        """The items, by id, title and property."""
        check_is_fitted(self)
        return Catalogue(self.reader_.items)

    def recommend(
        self,
        users: Sequence[Any] | None = None,
        n: int = 10,
        exclude_seen: bool = True,
        candidates: Sequence[Any] | None = None,
        why: bool = False,
    ) -> list[list[dict]]:
        """The best items for users whose histories the fit was told of.

        Parameters
        ----------
        users : sequence of ids or None
            None for all.
        n : int
        exclude_seen : bool
            Leave out what a user has already.
        candidates : sequence of ids or titles, or None
            What may be recommended; None for all items.
        why : bool
            Add to each item those of the user's own that weigh most (see `because`).

        Returns
        -------
        list, one entry a user, of lists of dicts, best first
            `item` (its id), `title` where there are titles, `score` (log-probability among what may be recommended, in
            nats), and with `why` the titles `because`.

        Raises
        ------
        VaeworksError
            For unknown users and items.
        """
        check_is_fitted(self)
        histories, allowed = self.reader_.histories, self._allowed(candidates)
        rows = np.arange(len(histories)) if users is None else numbers_of_users(users, histories.users)
        lists: list[list[dict]] = []
        for batch, ranked, scores in self._ranked(histories.take(rows), n, exclude_seen, allowed):
            lists += [
                self._described(own, items, values, why)
                for own, items, values in zip(batch.input, ranked, scores, strict=True)
            ]
        return lists

    def recommend_for(
        self, items: Sequence[Any], n: int = 10, candidates: Sequence[Any] | None = None, why: bool = False
    ) -> list[dict]:
        """The best items for someone new who likes these, ids or titles; otherwise as `recommend`."""
        catalogue = self.catalogue()
        if not len(items):
            raise VaeworksError("someone new is known by what they like: give at least one item")
        own = np.unique([catalogue.number(item) for item in items]).astype(np.int32)
        someone = Interactions(["someone new"], np.array([0, len(own)]), own, self.reader_.items)
        [(batch, ranked, scores)] = self._ranked(someone, n, True, self._allowed(candidates))
        return self._described(batch.input[0], ranked[0], scores[0], why)

    def similar(self, item: Any, n: int = 10) -> list[dict]:
        """The items that an item, by id or title, speaks for most beyond what it says of everyone.

        `score` is log p(other | who has only the item) - log p(other | who has nothing), in nats, over the items that
        are also likely: only those are ranked that are in the first fifth for who has only the item.
        """
        check_is_fitted(self)
        number = self.catalogue().number(item)
        ids = torch.tensor([[number], [-1]])
        given_it, given_nothing = self._log_shares(ids)
        given_it[number] = -torch.inf
        likely = given_it.topk(max(n, len(given_it) // 5) if len(given_it) > n else len(given_it) - 1).indices
        lift = (given_it - given_nothing)[likely]
        best = lift.topk(min(n, len(likely)))
        return [
            {**self.catalogue().described(int(likely[place])), "score": float(score)}
            for place, score in zip(best.indices, best.values, strict=True)
        ]

    def because(self, own: Tensor, item: int, most: int = 3) -> list[int]:
        """Which of a user's own items weigh most for a recommended one, by numbers.

        An item weighs what the log-probability of the recommended one loses where the history lacks it.
        """
        own = own[own >= 0]
        if len(own) < 2:
            return own.tolist()
        without = own.expand(len(own), -1)[~torch.eye(len(own), dtype=torch.bool)].view(len(own), -1)
        lost = self._log_shares(own[None])[0, item] - self._log_shares(without)[:, item]
        order = lost.argsort(descending=True)[:most]
        return [int(own[place]) for place in order if lost[place] > 0]

    def lists(
        self, n: int = 10, exclude_seen: bool = True, candidates: Sequence[Any] | None = None, histories: Any = None
    ) -> Iterator[dict]:
        """The lists of all users as they are made: columns `user`, `rank`, `item`, `score`, perhaps `title`.

        `histories` are those of any users, as `fit` takes them; None are those that the fit was told of.
        """
        check_is_fitted(self)
        found = self.reader_.histories if histories is None else interactions_of(histories, self.reader_.items)
        titles, done, allowed = self.reader_.items.titles, 0, self._allowed(candidates)
        for batch, ranked, scores in self._ranked(found, n, exclude_seen, allowed):
            users = found.users[done : done + len(batch)]
            done += len(batch)
            rows = [(row, place) for row, items in enumerate(ranked) for place in range(len(items))]
            numbers = [int(ranked[row][place]) for row, place in rows]
            columns = {
                "user": [users[row] for row, _ in rows],
                "rank": [place + 1 for _, place in rows],
                "item": [self.reader_.items.ids[number] for number in numbers],
            }
            if "title" in self.reader_.items.columns:
                columns["title"] = [titles[number] for number in numbers]
            yield {**columns, "score": [float(scores[row][place]) for row, place in rows]}

    def _ranked(
        self, histories: Interactions, n: int, exclude_seen: bool, allowed: np.ndarray | None
    ) -> Iterator[tuple[Batch, list[Tensor], list[Tensor]]]:
        """Batches of users, and of each the numbers of the best items and their log-probabilities."""
        if n < 1:
            raise VaeworksError(f"there is no list of {n} items: ask for at least 1")
        closed = None
        if allowed is not None:
            closed = torch.ones(len(self.reader_.items), dtype=torch.bool)
            closed[allowed] = False
        at_once = max(1, SCORES_AT_ONCE // len(self.reader_.items))
        for batch in HistoryData(histories, at_once, self.is_conditional()).whole():
            logits = self._logits(batch.input)
            if exclude_seen:
                logits = without(logits, batch.input)
            if closed is not None:
                logits = logits.masked_fill(closed, -torch.inf)
            best = logits.topk(min(n, logits.shape[1]), dim=1)
            scores, ranked = best.values - logits.logsumexp(1, keepdim=True), best.indices
            lengths = (scores > -torch.inf).sum(1).tolist()
            yield (
                batch,
                [items[:length] for items, length in zip(ranked, lengths, strict=True)],
                [values[:length] for values, length in zip(scores, lengths, strict=True)],
            )

    def _logits(self, ids: Tensor) -> Tensor:
        """Logits of all items, (N, items), on the CPU."""
        return scores_of(self.model_.eval(), given(ids, self.is_conditional())).cpu()

    def _log_shares(self, ids: Tensor) -> Tensor:
        """log p(item | history) of all items, (N, items), on the CPU."""
        return self._logits(ids).log_softmax(-1)

    def _allowed(self, candidates: Sequence[Any] | None) -> np.ndarray | None:
        if candidates is None:
            return None
        catalogue = self.catalogue()
        return np.array([catalogue.number(item) for item in candidates], dtype=np.int64)

    def _described(self, own: Tensor, ranked: Tensor, scores: Tensor, why: bool) -> list[dict]:
        catalogue = self.catalogue()
        rows = []
        for item, score in zip(ranked.tolist(), scores.tolist(), strict=True):
            row = {**catalogue.described(item), "score": score}
            if why:
                row["because"] = [catalogue.titles[number] for number in self.because(own, item)]
            rows.append(row)
        return rows

    def evaluate(self, X: Any, y: Any = None, samples: int = 10, protocol: str = "strong") -> dict:
        """Measure the model on users; popularity and EASE, its penalty chosen as ours, on the same.

        Parameters
        ----------
        X
            Users, as `fit` takes them. They should be new to the model for 'strong'.
        samples : int
            Draws of z for the importance-weighted bound; 0 leaves it out.
        protocol : 'strong', 'weak' or 'temporal'
            strong: of each user 80% is read and the rest to be found. weak: a fifth of each history in the whole set
            that X is some of is held out, and a new model fitted to the rest. temporal: the same with the fifth of all
            interactions that came last.

        Returns
        -------
        dict
            `ndcg_at_100`, `recall_at_20`, `recall_at_50` (divided by min(k, held out)), the same of `popularity_` and
            `ease_`, with the 95% interval of the difference in NDCG to EASE by the paired bootstrap over users;
            `coverage_at_100`, `novelty_bits`, `popularity_bias`, `users`, `items`; with 'strong' also what every kind
            reports.
        """
        check_is_fitted(self)
        if protocol not in PROTOCOLS:
            raise VaeworksError(f"there is no protocol {protocol!r}: choose one of {', '.join(PROTOCOLS)}")
        if protocol == "strong":
            data = self.reader_.data(X, None, self)
            figures = self._rivalled(data.folds(), self.reader_.trained(), self.reader_.judges())
            return {**super().evaluate(data.histories, None, samples), **figures, "protocol": protocol}
        found = interactions_of(X).whole
        read, scored = weak(found) if protocol == "weak" else temporal(found)
        again = clone(self).fit(read)
        folds = folds_of(read, scored, self.batch_size, self.is_conditional())
        figures = again._rivalled(folds, again.reader_.trained(), again.reader_.judges())
        return {**figures, "protocol": protocol, "deprecated_keys": {}}

    def _rivalled(self, folds: Iterable, trained: Interactions, judges: Interactions) -> dict:
        """Ranking figures of the model, of popularity and of EASE on the same users."""
        held_out = HistoryData(judges, self.batch_size, True) if len(judges) else None
        linear = best_linear(trained, self.linear_items, None if held_out is None else linear_judge(held_out))
        counts = np.bincount(trained.members, minlength=len(self.reader_.items))
        popular = torch.from_numpy(counts.astype(np.float32))
        found, users = judged(
            folds,
            {
                "": lambda batch: scores_of(self.model_.eval(), batch),
                "popularity_": lambda batch: popular.expand(len(batch), -1),
                "ease_": lambda batch: linear.scores(batch.input),
            },
        )
        if not len(users):
            raise VaeworksError("no user can be judged: it takes one with two items, one to read and one to find")
        own, figures = found[""], {}
        for prefix, ranking in found.items():
            figures.update(ranking.figures(prefix))
        return {
            **figures,
            "ndcg_above_ease_interval": list(paired_interval(own.ndcg, found["ease_"].ndcg)),
            "coverage_at_100": own.coverage(),
            "novelty_bits": own.novelty_bits(counts, max(1, len(trained))),
            "popularity_bias": own.popularity_bias(counts),
            "users": len(users),
            "items": len(self.reader_.items),
        }

    def body(self) -> str:
        how = {
            "none": "no linear path",
            "blended": "beside them EASE, whose loudness the users held out decided",
            "trained": "beside them a linear path that EASE began",
        }[self.linear]
        return f"""A history's items are summed into {self.width} units and encoded in {self.latent_dim} latent units; a
perceptron scores {len(self.reader_.items):,} items, and {how}."""

    def facts(self) -> list[str]:
        histories = self.reader_.histories
        return [f"{len(histories):,} users with {len(histories.members):,} interactions ({histories.kept})"]

    def panels(self, X: Any, y: Any = None) -> list[Panel]:
        """The panels of every kind, a map of the items, and what kind of items and users the lists serve."""
        return [*super().panels(X, y), *recommender_panels(self, X)]
