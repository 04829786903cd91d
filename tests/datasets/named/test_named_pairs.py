"""multi30k and tatoeba: the published files, checked, and dealt so that no source is in two parts."""

import gzip
import hashlib
import zipfile

import pytest

from vaeworks import VaeworksError
from vaeworks.datasets import describe, load_pairs
from vaeworks.datasets.named import multi30k, tatoeba
from vaeworks.datasets.published import Published

COUNTS = {"train": 5, "val": 2, "test_2016_flickr": 3}


@pytest.fixture
def captions(tmp_path, monkeypatch):
    """Tiny files in the place of the published ones."""
    folder = tmp_path / "multi30k"
    folder.mkdir()
    sums = {}
    for name, count in COUNTS.items():
        for language in ("en", "de", "fr"):
            lines = "".join(f"{language} {name} {number} \n" for number in range(count))
            content = gzip.compress(lines.encode(), mtime=0)
            (folder / f"{name}.{language}.gz").write_bytes(content)
            sums[f"{name}.{language}"] = hashlib.sha256(content).hexdigest()
    assert sums.keys() == multi30k.SHA256.keys()
    monkeypatch.setattr(multi30k, "SHA256", sums)
    return tmp_path


@pytest.mark.parametrize("language", ["de", "fr"])
def test_captions_have_the_published_parts(captions, language):
    splits = load_pairs(f"multi30k-en-{language}", data=captions).splits
    assert {split: len(part) for split, part in splits.items()} == {"train": 5, "validation": 2, "test": 3}
    assert (splits["test"].X[1], splits["test"].y[1]) == (
        "en test_2016_flickr 1",
        f"{language} test_2016_flickr 1",
    )


def test_a_file_that_is_another_is_refused(captions):
    (captions / "multi30k" / "val.de.gz").write_bytes(gzip.compress(b"something else\n"))
    with pytest.raises(VaeworksError, match=r"val\.de\.gz is damaged or altered"):
        load_pairs("multi30k-en-de", data=captions)


def test_without_a_connection_it_says_how_to_pass_a_copy(tmp_path, monkeypatch):
    monkeypatch.setenv("VAEWORKS_CACHE", str(tmp_path))
    monkeypatch.delenv("VAEWORKS_DATA", raising=False)
    monkeypatch.setattr(multi30k, "FOLDER", "http://127.0.0.1:1/")
    with pytest.raises(VaeworksError, match="pass the folder that holds it with --data, or set VAEWORKS_DATA"):
        load_pairs("multi30k-en-de")


SENTENCES = "".join(f"Sentence {number // 2}.\tPhrase {number}.\tby someone\n" for number in range(2000))


def test_tatoeba_is_dealt_by_its_english_sentence(tmp_path):
    folder = tmp_path / "tatoeba"
    folder.mkdir()
    (folder / "fra-eng.tsv.gz").write_bytes(gzip.compress(SENTENCES.encode()))
    splits = load_pairs("tatoeba-en-fr", data=tmp_path).splits
    assert sum(map(len, splits.values())) == 2000
    assert all(len(part) > 10 for part in splits.values())
    english = [set(part.X) for part in splits.values()]
    assert sum(map(len, english)) == len(set.union(*english)) == 1000


def test_the_archive_gives_the_same_as_the_converted_copy(tmp_path, monkeypatch):
    path = tmp_path / "fra-eng.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(tatoeba.MEMBER, SENTENCES)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    monkeypatch.setattr(tatoeba, "FILE", Published("fra-eng.zip", "http://127.0.0.1:1/", sha256))
    found = load_pairs("tatoeba-en-fr", data=tmp_path)
    assert found.splits["test"].X == tatoeba.dealt(SENTENCES).splits["test"].X


@pytest.mark.parametrize("name", ["multi30k-en-de", "multi30k-en-fr", "tatoeba-en-fr"])
def test_a_set_is_described(name):
    about = describe(name)
    assert about["kind"] == "seq2seq"
    assert about["source"].startswith("https://")
