"""The verbs of interactions, on two tastes."""

import shutil

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest
from PIL import Image

from vaeworks.datasets import load_interactions

SMALL = ("--epochs", "20", "--latent-dim", "4", "--width", "16", "--batch-size", "20", "--dropout", "0.2")


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    """80 people who each like half of the even or of the odd films."""
    folder, random = tmp_path_factory.mktemp("likes"), np.random.default_rng(0)
    rows = [
        (f"u{user}", int(film), 4 + place % 2, user + place)
        for user in range(80)
        for place, film in enumerate(random.permutation(np.arange(user % 2, 24, 2))[:6])
    ]
    table = pa.table(dict(zip(("u", "i", "r", "t"), zip(*rows, strict=True), strict=True)))
    pa.csv.write_csv(table, folder / "likes.csv")
    titles, genres = (
        [f"Film {film} (2000)" for film in range(24)],
        [["Horror", "Comedy"][film % 2] for film in range(24)],
    )
    pa.csv.write_csv(pa.table({"i": range(24), "title": titles, "genre": genres}), folder / "films.csv")
    return folder


@pytest.fixture(scope="session")
def films(vae, files, tmp_path_factory):
    out = tmp_path_factory.mktemp("models") / "films"
    words = (
        "--user",
        "u",
        "--item",
        "i",
        "--rating",
        "r",
        "--keep",
        "4",
        "--time",
        "t",
        "--items",
        files / "films.csv",
    )
    result = vae("fit", "recommender", files / "likes.csv", *words, "--out", out, *SMALL)
    assert result.code == 0, result.err
    return out


def numbers(rows):
    return [row["item"] for row in rows]


def test_a_user_of_the_fit_gets_titles_scores_and_reasons(vae, films):
    rows = vae("recommend", films, "--user", "u3", "-n", 4, "--json").json()["rows"]
    assert {number % 2 for number in numbers(rows)} == {1}
    assert all(row["title"] == f"Film {row['item']} (2000)" and row["because"] for row in rows)


def test_someone_new_may_like_several_things_behind_one_option(vae, films):
    rows = vae("recommend", films, "--liked", "Film 2 (2000)", "film 4", "6", "-n", 3, "--json").json()["rows"]
    assert {number % 2 for number in numbers(rows)} == {0}
    assert {2, 4, 6}.isdisjoint(numbers(rows))


def test_where_bounds_the_items(vae, films):
    rows = vae("recommend", films, "--liked", "Film 2", "--where", "genre=comedy", "-n", 3, "--json").json()["rows"]
    assert {number % 2 for number in numbers(rows)} == {1}


def test_lists_of_all_are_written(vae, films, tmp_path):
    assert vae("recommend", films, "--all", "-n", 5, "--out", tmp_path / "top.parquet").code == 0
    table = pa.parquet.read_table(tmp_path / "top.parquet")
    assert table.column_names == ["user", "rank", "item", "title", "score"]
    assert table.num_rows == 80 * 5


def test_similar_items_are_of_one_taste(vae, films):
    rows = vae("similar", films, "Film 4", "-n", 3, "--json").json()["rows"]
    assert {number % 2 for number in numbers(rows)} == {0}


@pytest.mark.parametrize("protocol", ["strong", "temporal"])
def test_evaluate_reads_the_data_of_the_fit_and_has_the_keys_of_the_contract(vae, films, protocol):
    figures = vae("evaluate", films, "--protocol", protocol, "--samples", 0, "--json").json()
    keys = {
        prefix + key
        for key in ("ndcg_at_100", "recall_at_20", "recall_at_50")
        for prefix in ("", "popularity_", "ease_")
    }
    assert keys | {"coverage_at_100", "novelty_bits", "users", "items"} <= figures.keys()
    assert figures["split"] == "test"
    assert figures["items"] == 24


def test_codes_and_a_report_are_written(vae, films, files, tmp_path):
    assert vae("encode", films, files / "likes.csv", "--out", tmp_path / "z.parquet").code == 0
    codes = pa.parquet.read_table(tmp_path / "z.parquet")
    assert codes.shape == (80, 1 + 4)
    assert codes["user"].to_pylist() == load_interactions(files / "likes.csv", user="u", item="i").whole().users
    assert vae("report", films, "--out", tmp_path / "report.html").code == 0
    assert "Coverage against popularity" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_the_items_are_drawn_as_a_map(vae, films, tmp_path):
    assert vae("map", films, "--out", tmp_path / "films.png", "--json").json()["points"] == 24
    with Image.open(tmp_path / "films.png") as picture:
        assert picture.width > 500


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "say to whom: give one of --user, --liked and --all"),
        (("--user", "u3", "--all"), "say to whom"),
        (("Film 2",), "say to whom"),
        (("--user", "u3", "Film 2"), "'Film 2' stands alone"),
        (("--user", "u999"), "knows no user 'u999'"),
        (("--liked", "Flim 2"), "no item 'Flim 2'"),
        (("--user", "u3", "--where", "genre"), "--where takes COLUMN=VALUE"),
        (("--user", "u3", "--where", "year=2000"), "their columns are title, genre"),
        (("--all",), "say where to with --out"),
        (("--all", "--out", "top.csv"), "must end in .parquet"),
        (("--user", "u3", "--out", "top.parquet"), "--out is for the lists of --all"),
    ],
)
def test_a_mistake_is_one_sentence(vae, films, words, message):
    assert message in vae("recommend", films, *words).refusal()


def test_an_unknown_protocol_is_refused(vae, films):
    assert "choose one of strong, weak, temporal" in vae("evaluate", films, "--protocol", "stong").refusal()


def test_without_times_nothing_can_be_judged_by_time(vae, films, files, tmp_path):
    others = shutil.copy(files / "likes.csv", tmp_path / "others.csv")
    words = ("--time", "", "--protocol", "temporal")
    assert "no times" in vae("evaluate", films, others, *words).refusal()


def test_lists_of_other_users_are_made_of_their_file(vae, films, files, tmp_path):
    table = pa.csv.read_csv(files / "likes.csv").slice(0, 30)
    (tmp_path / "shards").mkdir()
    pa.parquet.write_table(table, tmp_path / "shards" / "one.parquet")
    words = ("--all", "--histories", tmp_path / "shards", "-n", "2", "--out", tmp_path / "top.parquet")
    said = vae("recommend", films, *words, "--json").json()
    written = pa.parquet.read_table(tmp_path / "top.parquet")
    assert (said["users"], said["rows_written"]) == (5, written.num_rows)
    assert set(written["user"].to_pylist()) == set(table["u"].to_pylist())


@pytest.mark.parametrize("word", ["--ray", "--histories"])
def test_what_is_for_the_lists_of_all_is_refused_elsewhere(vae, films, word, files):
    words = (word,) if word == "--ray" else (word, files / "likes.csv")
    assert f"{word} is for the lists of --all" in vae("recommend", films, "--user", "u1", *words).refusal()
