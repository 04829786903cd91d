"""`RecommenderVAE` on two tastes: it tells them apart, keeps what it was told, and says what is wrong."""

import uuid

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import torch
from scipy.sparse import csr_matrix
from sklearn.base import clone

from vaeworks import RecommenderVAE, VaeworksError, load
from vaeworks.recommender.blending import scores_of

from .conftest import ITEMS, SMALL, USERS

CONTRACT = {"ndcg_at_100", "recall_at_20", "recall_at_50"}


def items_of(rows):
    return [row["item"] - 100 for row in rows]


def test_users_are_recommended_what_is_to_their_taste(model):
    for user in ("user 0", "user 1"):
        assert {item % 2 for item in items_of(model.recommend([user], n=5)[0])} == {int(user[-1])}


def test_a_recommendation_is_never_an_item_already_seen(model, interactions):
    lists = model.recommend(n=ITEMS)
    for user, rows in enumerate(lists):
        seen = set(interactions.of(user).tolist())
        assert seen.isdisjoint(items_of(rows))
        assert len(rows) == ITEMS - len(seen)


def test_seen_items_come_back_where_they_are_asked_for(model):
    assert len(model.recommend(["user 3"], n=ITEMS, exclude_seen=False)[0]) == ITEMS


def test_someone_new_needs_no_training_and_titles_need_no_year(model):
    rows = model.recommend_for(["film 3", "Film 5 (1955)", 107], n=4)
    assert {item % 2 for item in items_of(rows)} == {1}
    assert {3, 5, 7}.isdisjoint(items_of(rows))


def test_candidates_bound_what_is_recommended(model):
    assert sorted(items_of(model.recommend(["user 0"], n=10, candidates=["Film 1", 103])[0])) == [1, 3]


def test_items_of_one_taste_are_similar(model):
    assert {item % 2 for item in items_of(model.similar("Film 4", n=3))} == {0}


def test_the_reasons_are_items_of_ones_own(model, interactions):
    own = {model.reader_.items.titles[item] for item in interactions.of(7)}
    [rows] = model.recommend([interactions.users[7]], n=3, why=True)
    assert all(row["because"] and set(row["because"]) <= own for row in rows)


def test_scores_are_log_probabilities_among_what_may_be_recommended(model):
    rows = model.recommend_for(["Film 1"], n=ITEMS)
    assert np.exp([row["score"] for row in rows]).sum() == pytest.approx(1.0, abs=1e-5)


def test_lists_of_all_are_those_of_each(model):
    parts = list(model.lists(n=3))
    titles = [title for part in parts for title in part["title"]]
    assert titles == [row["title"] for rows in model.recommend(n=3) for row in rows]


def test_save_and_load_keep_ids_titles_columns_and_histories(model, tmp_path):
    model.save(tmp_path / "model")
    again = load(tmp_path / "model")
    assert again.reader_.items == model.reader_.items
    assert again.reader_.histories.users == model.reader_.histories.users
    assert again.recommend(["user 5"], n=4, why=True) == model.recommend(["user 5"], n=4, why=True)
    assert (again.reader_.roles == model.reader_.roles).all()


@pytest.mark.parametrize(
    "form",
    [
        csr_matrix,
        np.asarray,
        lambda dense: pd.DataFrame(np.argwhere(dense), columns=["user", "item"]),
        lambda dense: pa.table(dict(zip(("user", "item"), np.argwhere(dense).T, strict=True))),
    ],
    ids=["sparse", "dense", "pandas", "pyarrow"],
)
def test_the_form_of_the_interactions_does_not_matter(form):
    dense = (np.random.default_rng(0).random((40, 9)) < 0.5).astype(np.int64)
    dense[:, 0] = dense[0] = 1
    small = RecommenderVAE(**{**SMALL, "epochs": 2})
    expected, found = clone(small).fit(csr_matrix(dense)), clone(small).fit(form(dense))
    assert np.array_equal(found.transform(form(dense)), expected.transform(csr_matrix(dense)))


@pytest.mark.parametrize("make", [lambda number: number, str, lambda number: uuid.UUID(int=number), float])
def test_ids_may_be_numbers_words_or_uuids(make, likes):
    table = likes.assign(item=[make(item) for item in likes.item], user=[make(int(user[5:])) for user in likes.user])
    found = RecommenderVAE(**{**SMALL, "epochs": 1}).fit(table)
    [rows] = found.recommend([int(make(7)) if isinstance(make(7), float) else make(7)], n=2)
    assert all(isinstance(row["item"], int | str) for row in rows)


def test_evaluate_has_the_keys_of_the_contract_and_beats_popularity_by_half(model, interactions):
    figures = model.evaluate(interactions, samples=2)
    wanted = {prefix + key for key in CONTRACT for prefix in ("", "popularity_", "ease_")}
    assert wanted | {"coverage_at_100", "novelty_bits", "users", "items"} <= figures.keys()
    assert figures["users"] == USERS
    assert figures["recall_at_20"] <= 1
    assert figures["ndcg_at_100"] > 1.3 * figures["popularity_ndcg_at_100"]


@pytest.mark.parametrize("protocol", ["weak", "temporal"])
def test_the_other_protocols_fit_a_new_model_and_leave_this_one(model, interactions, protocol):
    before = model.transform(interactions)
    figures = model.evaluate(interactions, protocol=protocol)
    assert figures["ndcg_at_100"] > figures["popularity_ndcg_at_100"]
    assert np.array_equal(model.transform(interactions), before)


def test_where_no_users_are_held_out_the_blend_is_the_usual_one(interactions):
    found = RecommenderVAE(**{**SMALL, "epochs": 1, "validation_fraction": 0.0}).fit(interactions)
    assert float(found.model_.decoder.linear.scale) == 20.0


def test_the_blend_is_never_worse_than_its_vae_for_the_users_held_out(model, interactions):
    from vaeworks.recommender.blending import ndcg
    from vaeworks.recommender.data import HistoryData

    judges = HistoryData(model.reader_.judges(), 20, True)
    blended = ndcg(judges, lambda batch: scores_of(model.model_, batch))
    path = model.model_.decoder.linear
    kept = path.scale.clone()
    path.scale.fill_(0.0)
    alone = ndcg(judges, lambda batch: scores_of(model.model_, batch))
    path.scale.copy_(kept)
    assert blended >= alone


@pytest.mark.parametrize(
    "parameters", [{"linear": "trained"}, {"linear": "none"}, {"linear": "none", "regulariser": "composite"}]
)
def test_every_way_to_train_learns_the_tastes(interactions, parameters):
    found = RecommenderVAE(**{**SMALL, **parameters}).fit(interactions)
    rows = found.recommend_for(["Film 2", "Film 4", "Film 6"], n=4)
    assert {item % 2 for item in items_of(rows)} == {0}


def test_the_regulariser_stands_in_no_bound(interactions):
    """The bound of weights trained with it is that of a plain model that has the same weights."""
    trained = RecommenderVAE(**{**SMALL, "epochs": 2, "linear": "none", "regulariser": "composite"}).fit(interactions)
    plain = RecommenderVAE(**{**SMALL, "epochs": 1, "linear": "none"}).fit(interactions)
    own = plain.model_.state_dict().keys()
    plain.model_.load_state_dict({name: trained.model_.state_dict()[name] for name in own})
    assert np.array_equal(plain.score_samples(interactions), trained.score_samples(interactions))


def test_the_largest_of_linear_paths_bounds_its_memory(interactions):
    found = RecommenderVAE(**{**SMALL, "epochs": 1, "linear_items": 5}).fit(interactions)
    assert found.model_.decoder.linear.weights.shape == (5, 5)
    assert len(found.recommend_for(["Film 1"], n=ITEMS)) == ITEMS - 1


def test_users_that_a_fit_set_apart_are_served_too(interactions):
    some = interactions.take(np.arange(0, USERS, 2))
    found = RecommenderVAE(**{**SMALL, "epochs": 1}).fit(some)
    assert len(found.recommend(["user 1"], n=3)[0]) == 3
    assert int((found.reader_.roles == 2).sum()) == USERS // 2


def test_a_vamp_prior_reads_histories(interactions):
    found = RecommenderVAE(**{**SMALL, "epochs": 1, "prior": "vamp"}).fit(interactions)
    assert np.isfinite(found.score(interactions))


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda model: model.recommend(["user 7777"]), "knows no user 'user 7777': near are user 77"),
        (lambda model: model.recommend_for(["Flim 3"]), r"no item 'Flim 3': the nearest are 103 \(Film 3"),
        (lambda model: model.recommend_for([]), "give at least one item"),
        (lambda model: model.recommend(["user 1"], n=0), "ask for at least 1"),
        (lambda model: model.catalogue().having({"gender": "x"}), "their columns are title, genre"),
        (lambda model: model.catalogue().having({"genre": "Comedie"}), "the nearest values are comedy"),
        (lambda model: model.evaluate(csr_matrix(np.eye(3))), "the matrix has 3 items, and the model knows 24"),
        (lambda model: model.evaluate(None), "must be a table with columns user and item, or a matrix"),
    ],
)
def test_a_mistake_is_one_sentence(model, ask, message):
    with pytest.raises(VaeworksError, match=message):
        ask(model)


def test_a_title_that_several_items_have_asks_for_an_id(interactions):
    from dataclasses import replace

    from vaeworks.datasets.interactions.interactions import Items

    items = Items(interactions.items.ids, {"title": ["Twin (1990)", "Twin (1991)", *map(str, range(2, ITEMS))]})
    found = RecommenderVAE(**{**SMALL, "epochs": 1}).fit(replace(interactions, items=items))
    with pytest.raises(VaeworksError, match=r"'Twin' is the title of several items: name one of the ids 100 .*, 101"):
        found.similar("Twin")


def test_what_a_comedy_is_stands_in_one_part_of_its_genres(model):
    assert {number % 2 for number in model.catalogue().having({"genre": "comedy"})} == {1}


def test_the_report_has_a_map_of_items_and_who_is_served(model, interactions):
    titles = [panel.title for panel in model.panels(interactions)]
    assert titles[-3:] == ["Items", "Coverage against popularity", "Recall by size of history"]
    points = next(panel for panel in model.panels(interactions) if panel.title == "Items")
    assert set(points.data["groups"]) == {"Comedy", "Horror"} or len(points.data["groups"]) == ITEMS


def test_the_whole_history_is_read_for_a_code(model, interactions):
    ids = torch.from_numpy(interactions.of(0).astype(np.int64))[None]
    with torch.no_grad():
        expected = model.model_.encode(ids).mean.numpy()
    assert np.allclose(model.transform(interactions)[:1], expected, atol=1e-6)


def test_users_of_a_further_fit_can_be_served_and_a_history_that_changed_is_the_new_one(likes):
    place = likes.user.map(lambda user: int(user.split()[1]))
    begun = RecommenderVAE(**{**SMALL, "epochs": 1}).fit(likes[place < 60])
    changed = pd.DataFrame({"user": ["user 3"], "item": [101], "rating": [5.0], "time": [0]})
    begun.go_on(pd.concat([likes[place >= 60], changed]))
    assert set(begun.reader_.histories.users) == set(likes.user)
    assert len(begun.recommend(["user 110"], n=3)[0]) == 3
    histories = begun.reader_.histories
    assert histories.items.ids[int(histories.of(histories.users.index("user 3"))[0])] == 101
    assert len(histories.of(histories.users.index("user 3"))) == 1
    assert histories.of(histories.users.index("user 5")).tolist()  # as it was
