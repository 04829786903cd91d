"""imdb: downloaded from a server of our own in the archive's layout, checked, kept, and split by film."""

import hashlib
import io
import tarfile
import threading
from collections import Counter
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pyarrow.parquet as pq
import pytest

from vaeworks.datasets import load_texts
from vaeworks.datasets.named import imdb
from vaeworks.datasets.named.imdb_archive import ACL_IMDB, Archive
from vaeworks.errors import VaeworksError

REVIEWS = 40  # in each folder; two a film


def members():
    """The files of a small archive; the newest reviews come first, as nothing orders the real ones."""
    for split, kinds in (("test", ("neg", "pos")), ("train", ("neg", "pos", "unsup"))):
        for kind in kinds:
            for number in reversed(range(REVIEWS)):
                rating = {"neg": 2, "pos": 9, "unsup": 0}[kind]
                yield f"aclImdb/{split}/{kind}/{number}_{rating}.txt", f"{split} {kind} {number} café<br />"
            urls = (f"http://www.imdb.com/title/tt{number // 2:07d}/usercomments\n" for number in range(REVIEWS))
            yield f"aclImdb/{split}/urls_{kind}.txt", "".join(urls)
    yield "aclImdb/README", "read me"


@pytest.fixture
def served(tmp_path):
    folder = tmp_path / "served"
    folder.mkdir()
    with tarfile.open(folder / ACL_IMDB.file, "w:gz") as tar:
        for name, text in members():
            entry = tarfile.TarInfo(name)
            entry.size = len(text.encode())
            tar.addfile(entry, io.BytesIO(text.encode()))
    return folder


@pytest.fixture
def archive(served, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(served))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        md5 = hashlib.md5((served / ACL_IMDB.file).read_bytes()).hexdigest()
        yield Archive(f"http://127.0.0.1:{server.server_port}/{ACL_IMDB.file}", md5)
        server.shutdown()
        thread.join()


def records(rows):
    return [record for chunk in rows.chunks() for record in chunk.to_pylist()]


def test_the_archive_becomes_four_splits(archive):
    dataset = imdb.load(archive=archive)
    assert dataset.label_name == "sentiment"
    assert list(dataset.splits) == ["train", "validation", "test", "unlabelled"]
    assert {split: len(rows) for split, rows in dataset.splits.items()} == {
        split: len(records(rows)) for split, rows in dataset.splits.items()
    }
    assert len(dataset.splits["train"]) + len(dataset.splits["validation"]) == 2 * REVIEWS
    assert len(dataset.splits["train"]) == pytest.approx(0.9 * 2 * REVIEWS, abs=4)
    assert Counter(record["label"] for record in records(dataset.splits["test"])) == {"negative": 40, "positive": 40}
    assert {record["text"] for record in records(dataset.splits["unlabelled"])} == {
        f"train unsup {number} café<br />" for number in range(REVIEWS)
    }
    assert not dataset.splits["unlabelled"].labelled


def test_labels_are_those_of_the_folders(archive):
    dataset = imdb.load(archive=archive)
    names = {"neg": "negative", "pos": "positive"}
    for split in ("train", "validation", "test"):
        assert all(record["label"] == names[record["text"].split()[1]] for record in records(dataset.splits[split]))


def test_no_film_is_in_train_and_validation(archive):
    dataset = imdb.load(archive=archive)
    films = [
        {int(record["text"].split()[2]) // 2 for record in records(dataset.splits[split])}
        for split in ("train", "validation")
    ]
    assert films[0].isdisjoint(films[1])
    assert len(films[0] | films[1]) == REVIEWS // 2


def test_any_first_rows_hold_both_classes_in_equal_parts(archive):
    rows = imdb.load(archive=archive).splits["test"]
    assert Counter(record["label"] for record in records(rows.head(10))) == {"negative": 5, "positive": 5}


def test_the_kept_files_have_the_published_columns_in_the_order_of_the_ids(archive, cache):
    imdb.load(archive=archive)
    assert sorted(path.name for path in (cache / "imdb").iterdir()) == sorted(imdb.COLUMNS)
    train = pq.read_table(cache / "imdb" / "train.parquet")
    kinds = {"text": "string", "label": "int8", "rating": "int8", "id": "int32", "movie": "string"}
    assert dict(zip(train.schema.names, map(str, train.schema.types), strict=True)) == kinds
    assert train["id"].to_pylist() == [*range(REVIEWS), *range(REVIEWS)]
    assert train["label"].to_pylist() == [0] * REVIEWS + [1] * REVIEWS
    assert train["movie"].to_pylist()[:3] == ["tt0000000", "tt0000000", "tt0000001"]
    assert set(train["rating"].to_pylist()) == {2, 9}
    assert pq.read_schema(cache / "imdb" / "unsup.parquet").names == ["text", "id", "movie"]


def test_the_second_time_nothing_is_downloaded(archive, served):
    first = records(imdb.load(archive=archive).splits["train"])
    (served / ACL_IMDB.file).unlink()
    assert records(imdb.load(archive=archive).splits["train"]) == first


def test_an_altered_download_is_refused_and_removed(archive, cache):
    with pytest.raises(VaeworksError, match=r"aclImdb_v1\.tar\.gz is damaged or altered .* not 00000000"):
        imdb.load(archive=Archive(archive.url, "0" * 32))
    assert list((cache / "imdb").iterdir()) == []


def test_a_local_archive_is_read_and_stays_where_it_is(archive, served):
    nowhere = Archive(f"http://127.0.0.1:1/{ACL_IMDB.file}", archive.md5)
    assert len(imdb.load(served, nowhere).splits["test"]) == 2 * REVIEWS
    assert (served / ACL_IMDB.file).is_file()


def test_an_altered_local_archive_is_refused_and_stays_where_it_is(served):
    with pytest.raises(VaeworksError, match="is damaged or altered"):
        load_texts("imdb", data=served)
    assert (served / ACL_IMDB.file).is_file()


@pytest.mark.parametrize("way", ["data", "environment", "own folder", "own file"])
def test_local_parquet_files_are_read_without_a_download(archive, cache, tmp_path, monkeypatch, way):
    expected = records(imdb.load(archive=archive).splits["train"])
    copies = tmp_path / "copies"
    copies.mkdir()
    (cache / "imdb").rename(copies / "imdb")
    own = copies / "imdb"
    data = {"data": copies, "own folder": own, "own file": own / "train.parquet"}.get(way)
    if data is None:
        monkeypatch.setenv("VAEWORKS_DATA", str(copies))
    assert records(load_texts("imdb", data=data).splits["train"]) == expected


def test_a_local_copy_without_a_needed_column_is_refused(archive, cache):
    imdb.load(archive=archive)
    path = cache / "imdb" / "train.parquet"
    pq.write_table(pq.read_table(path).drop_columns("movie"), path)
    with pytest.raises(VaeworksError, match=r"train\.parquet has no column 'movie'. Its columns are: text, label"):
        load_texts("imdb", data=cache)


def test_a_server_that_lacks_the_archive_is_named_with_the_way_out(archive, served):
    (served / ACL_IMDB.file).unlink()
    with pytest.raises(VaeworksError) as caught:
        imdb.load(archive=archive)
    assert str(caught.value) == (
        "imdb could not be downloaded from 127.0.0.1 (it answered 404): download aclImdb_v1.tar.gz elsewhere and "
        "pass the folder that holds it with --data, or set VAEWORKS_DATA"
    )


def test_no_connection_is_named_with_the_way_out(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with pytest.raises(VaeworksError, match=r"from 127\.0\.0\.1 \(no connection\): .* set VAEWORKS_DATA"):
        imdb.load(archive=Archive(f"http://127.0.0.1:1/{ACL_IMDB.file}", ACL_IMDB.md5))


def test_a_file_that_vanished_from_the_cache_is_made_again(archive, cache):
    imdb.load(archive=archive)
    (cache / "imdb" / "test.parquet").unlink()
    assert len(imdb.load(archive=archive).splits["test"]) == 2 * REVIEWS
