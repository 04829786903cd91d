"""covtype, california and adult: the published files, checked, kept, and read without unpickling anything."""

import gzip
import hashlib
import io
import logging
import tarfile
from pathlib import Path

import numpy as np
import pytest
import sklearn.datasets
from sklearn.datasets._base import RemoteFileMetadata

from vaeworks.datasets import load_table
from vaeworks.datasets.named import adult, california, covtype
from vaeworks.datasets.published import Published
from vaeworks.errors import VaeworksError

NOWHERE = "http://127.0.0.1:1/"
DISTRICTS = b"""\
-122.230000,37.880000,41.000000,880.000000,129.000000,322.000000,126.000000,8.325200,452600.000000
-122.220000,37.860000,21.000000,7099.000000,1106.000000,2401.000000,1138.000000,8.301400,358500.000000
-121.240000,39.370000,16.000000,2785.000000,616.000000,1387.000000,530.000000,2.388600,89400.000000
"""
TRAINING = b"""\
39, State-gov, 77516, Bachelors, 13, Never-married, Sales, Unmarried, White, Male, 2174, 0, 40, United-States, <=50K
52, ?, 209642, HS-grad, 9, Divorced, ?, Husband, White, Male, 0, 0, 45, ?, >50K

"""
TEST = b"""\
|1x3 Cross validator
25, Private, 226802, 11th, 7, Never-married, Sales, Own-child, Black, Male, 0, 0, 40, United-States, <=50K.
44, Private, 160323, Masters, 14, Divorced, Sales, Husband, Black, Male, 7688, 0, 40, United-States, >50K.

"""


def tgz(members):
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w:gz") as tar:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return whole.getvalue()


@pytest.fixture
def publish(served, server):
    """Let the server offer a file, and say what it is."""

    def offer(name, content):
        (served / name).write_bytes(content)
        return Published(name, server + name, hashlib.sha256(content).hexdigest())

    return offer


@pytest.fixture
def patches():
    """Six rows of whole numbers in the form of covtype.data.gz."""
    drawn = np.random.default_rng(0)
    rows = np.hstack([drawn.integers(-50, 4000, (6, 10)), drawn.integers(0, 2, (6, 44)), drawn.integers(1, 8, (6, 1))])
    return gzip.compress("".join(",".join(map(str, row)) + "\n" for row in rows).encode())


@pytest.fixture
def theirs(monkeypatch, tmp_path):
    """What scikit-learn's own fetcher makes of a published file; the pickles that it would keep stay empty."""
    monkeypatch.setattr("joblib.dump", lambda value, path, compress: Path(path).touch())

    def fetch(loader, module, published):
        archive = RemoteFileMetadata(published.file, published.url, published.sha256)
        monkeypatch.setattr(f"sklearn.datasets.{module}.ARCHIVE", archive)
        return getattr(sklearn.datasets, loader)(data_home=tmp_path / "theirs")

    return fetch


def test_california_is_what_scikit_learn_makes_of_the_archive(publish, theirs):
    archive = publish("cal_housing.tgz", tgz({"CaliforniaHousing/cal_housing.data": DISTRICTS}))
    found = california.load(archive=archive)
    (rows,) = found.splits.values()
    wanted = theirs("fetch_california_housing", "_california_housing", archive)
    assert rows.table.column_names == [*wanted.feature_names, "MedHouseVal"]
    np.testing.assert_array_equal(rows.table.to_pandas().to_numpy(), np.column_stack([wanted.data, wanted.target]))
    assert (rows.labels, found.label_name) == (None, None)


def test_california_counts_per_household_and_values_in_hundred_thousands(publish):
    found = california.load(archive=publish("cal_housing.tgz", tgz({california.MEMBER: DISTRICTS})))
    assert found.splits["all"].table.slice(0, 1).to_pylist() == [
        {
            "MedInc": 8.3252,
            "HouseAge": 41,
            "AveRooms": 880 / 126,
            "AveBedrms": 129 / 126,
            "Population": 322,
            "AveOccup": 322 / 126,
            "Latitude": 37.88,
            "Longitude": -122.23,
            "MedHouseVal": 4.526,
        }
    ]


def test_covtype_is_what_scikit_learn_makes_of_the_file(publish, theirs, patches):
    archive = publish("covtype.data.gz", patches)
    found = covtype.load(archive=archive)
    (rows,) = found.splits.values()
    wanted = theirs("fetch_covtype", "_covtype", archive)
    assert rows.table.column_names == wanted.feature_names
    np.testing.assert_array_equal(rows.table.to_pandas().to_numpy(), wanted.data)
    assert (rows.labels, found.label_name) == ([str(cover) for cover in wanted.target], "cover")


def test_adult_has_its_official_parts_with_holes_and_labels_without_dots(publish):
    found = adult.load(files=(publish("adult.data", TRAINING), publish("adult.test", TEST)))
    assert (list(found.splits), found.label_name) == (["train", "test"], "income")
    train, test = found.splits.values()
    assert train.labels == test.labels == ["<=50K", ">50K"]
    assert (train.table["age"].to_pylist(), test.table["age"].to_pylist()) == ([39, 52], [25, 44])
    assert train.table["workclass"].to_pylist() == ["State-gov", None]
    assert test.table["native-country"].to_pylist() == ["United-States", "United-States"]
    assert train.table.num_columns == test.table.num_columns == 14


def test_the_second_time_nothing_is_downloaded(publish, patches, served, cache):
    archive = publish("covtype.data.gz", patches)
    first = covtype.load(archive=archive)
    (served / archive.file).unlink()
    assert [path.name for path in (cache / "covtype").iterdir()] == ["covtype.data.gz"]
    assert covtype.load(archive=archive).whole().table.equals(first.whole().table)
    assert covtype.is_cached()


def test_a_damaged_file_in_the_cache_is_downloaded_again_and_said(publish, patches, cache, caplog):
    (cache / "covtype").mkdir()
    (cache / "covtype" / "covtype.data.gz").write_bytes(b"half")
    with caplog.at_level(logging.WARNING):
        found = covtype.load(archive=publish("covtype.data.gz", patches))
    assert len(found.whole()) == 6
    assert caplog.messages == ["covtype: covtype.data.gz in the cache is damaged or altered, so it is downloaded again"]


def test_an_altered_download_is_refused_and_not_kept(publish, served, cache):
    archive = publish("cal_housing.tgz", b"as published")
    (served / "cal_housing.tgz").write_bytes(b"another file")
    with pytest.raises(VaeworksError, match=r"cal_housing\.tgz is damaged or altered"):
        california.load(archive=archive)
    assert list((cache / "california").iterdir()) == []


@pytest.mark.parametrize("way", ["data", "environment", "own folder", "own file"])
def test_a_local_copy_is_checked_and_read_without_a_download(tmp_path, monkeypatch, patches, way):
    home = tmp_path / "copies" / "covtype"
    home.mkdir(parents=True)
    (home / "covtype.data.gz").write_bytes(patches)
    data = {"data": home.parent, "own folder": home, "own file": home / "covtype.data.gz"}.get(way)
    if data is None:
        monkeypatch.setenv("VAEWORKS_DATA", str(home.parent))
    archive = Published("covtype.data.gz", NOWHERE, hashlib.sha256(patches).hexdigest())
    assert len(covtype.load(data, archive).whole()) == 6
    with pytest.raises(VaeworksError, match=r"covtype\.data\.gz is damaged or altered .* not 614360d0"):
        load_table("covtype", data=data)


def test_no_connection_is_named_with_the_way_out(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with pytest.raises(VaeworksError) as caught:
        california.load(archive=Published("cal_housing.tgz", NOWHERE, "0" * 64))
    assert str(caught.value) == (
        "california could not be downloaded from 127.0.0.1 (no connection): download cal_housing.tgz elsewhere and "
        "pass the folder that holds it with --data, or set VAEWORKS_DATA"
    )


def test_a_folder_without_a_copy_says_what_it_should_hold(tmp_path):
    with pytest.raises(VaeworksError) as caught:
        load_table("adult", data=tmp_path)
    assert str(caught.value) == f"{tmp_path} holds no copy of adult: it should hold adult/adult.data, adult/adult.test"


@pytest.mark.parametrize("where", ["data", "cache"])
@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("covtype", ["covertype/samples_py3", "covertype/targets_py3"]),
        ("california", ["cal_housing_py3.pkz"]),
        ("covtype", ["covtype.data.gz"]),
        ("california", ["cal_housing.tgz"]),
        ("adult", ["adult.data", "adult.test"]),
    ],
)
def test_a_planted_pickle_never_runs(tmp_path, monkeypatch, cache, name, files, where):
    for proxy in ("http_proxy", "https_proxy"):
        monkeypatch.setenv(proxy, NOWHERE)  # nothing can be downloaded in its place
    marker = tmp_path / "it ran"
    home = tmp_path / "brought" if where == "data" else cache / name
    for file in files:
        (home / file).parent.mkdir(parents=True, exist_ok=True)
        (home / file).write_bytes(f"cos\nmkdir\n(V{marker}\ntR.".encode())  # unpickled, it calls os.mkdir
    with pytest.raises(VaeworksError):
        load_table(name, data=home if where == "data" else None)
    assert not marker.exists()
