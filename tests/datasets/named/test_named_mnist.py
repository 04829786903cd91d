"""mnist and fashion: four idx files from a server of our own, checked, kept and split."""

import gzip
import hashlib
import struct
from dataclasses import replace

import numpy as np
import pytest

from vaeworks.datasets import load_images
from vaeworks.datasets.named.mnist import FILES, fashion, mnist
from vaeworks.errors import VaeworksError

TRAINING, TEST, VALIDATION = 40, 12, 8


def idx(array):
    return gzip.compress(struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes())


def arrays():
    """Pictures that are all of one grey, which says their label."""
    made = {}
    for part, count in (("train", TRAINING), ("test", TEST)):
        numbers = np.arange(count, dtype=np.uint8)
        made[f"x_{part}"] = np.broadcast_to(numbers[:, None, None], (count, 28, 28)).copy()
        made[f"y_{part}"] = numbers % 10
    return made


def write_files(folder):
    for file, array in zip(FILES, arrays().values(), strict=True):
        (folder / file).write_bytes(idx(array))


@pytest.fixture
def source(served, server):
    write_files(served)
    md5 = tuple(hashlib.md5((served / file).read_bytes()).hexdigest() for file in FILES)
    return replace(mnist, url=server, md5=md5, validation=VALIDATION)


def test_the_four_files_become_three_splits(source):
    found = source.load()
    assert found.label_name == "digit"
    assert {split: pictures.images.shape for split, pictures in found.splits.items()} == {
        "train": (TRAINING - VALIDATION, 28, 28, 1),
        "validation": (VALIDATION, 28, 28, 1),
        "test": (TEST, 28, 28, 1),
    }
    for pictures in found.splits.values():
        assert pictures.images.dtype == np.uint8
        assert pictures.labels == [str(grey % 10) for grey in pictures.images[:, 0, 0, 0]]


def test_validation_is_a_fixed_choice_of_the_training_pictures(source):
    greys = {split: set(pictures.images[:, 0, 0, 0]) for split, pictures in source.load().splits.items()}
    assert greys["train"].isdisjoint(greys["validation"])
    assert greys["train"] | greys["validation"] == set(range(TRAINING))
    by_hash = sorted(range(TRAINING), key=lambda number: hashlib.sha256(f"0:{number}".encode()).digest())
    assert greys["validation"] == set(by_hash[-VALIDATION:])


def test_the_second_time_nothing_is_downloaded(source, served, cache):
    first = source.load().splits["train"]
    assert sorted(path.name for path in (cache / "mnist").iterdir()) == sorted(FILES)
    for file in FILES:
        (served / file).unlink()
    np.testing.assert_array_equal(source.load().splits["train"].images, first.images)


def test_files_that_the_system_has_are_not_downloaded(source, tmp_path, cache):
    write_files(tmp_path)
    found = replace(source, url="http://nowhere.invalid/", installed=tmp_path).load()
    assert len(found.splits["test"]) == TEST
    assert not (cache / "mnist").exists()


def test_an_altered_download_is_refused_and_removed(source, cache):
    altered = replace(source, md5=(*source.md5[:3], "0" * 32))
    with pytest.raises(VaeworksError, match=r"t10k-labels-idx1-ubyte\.gz is damaged or altered .* not 00000000"):
        altered.load()
    assert list((cache / "mnist").iterdir()) == []


@pytest.mark.parametrize("way", ["data", "environment", "own file"])
def test_a_local_copy_in_one_file_is_read(tmp_path, monkeypatch, way):
    (tmp_path / "mnist").mkdir()
    path = tmp_path / "mnist" / "fashion_mnist.npz"
    np.savez(path, **arrays())
    data = {"data": tmp_path, "own file": path}.get(way)
    if data is None:
        monkeypatch.setenv("VAEWORKS_DATA", str(tmp_path))
    found = replace(fashion, validation=VALIDATION).load(data)
    assert found.label_name == "garment"
    assert found.splits["test"].labels[:10] == [
        "t-shirt",
        "trouser",
        "pullover",
        "dress",
        "coat",
        "sandal",
        "shirt",
        "sneaker",
        "bag",
        "boot",
    ]


def test_local_idx_files_are_read_and_checked(tmp_path, source):
    write_files(tmp_path)
    nowhere = replace(source, url="http://127.0.0.1:1/")
    assert len(nowhere.load(tmp_path).splits["test"]) == TEST
    with pytest.raises(VaeworksError, match=r"train-images-idx3-ubyte\.gz is damaged or altered"):
        load_images("mnist", data=tmp_path)


def test_a_folder_without_a_copy_says_what_it_should_hold(tmp_path):
    with pytest.raises(VaeworksError) as caught:
        load_images("fashion", data=tmp_path)
    assert str(caught.value).startswith(
        f"{tmp_path} holds no copy of fashion: it should hold fashion/fashion_mnist.npz or mnist/fashion_mnist.npz or "
        "fashion/train-images-idx3-ubyte.gz, fashion/train-labels-idx1-ubyte.gz"
    )


def test_no_connection_is_named_with_the_way_out(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with pytest.raises(VaeworksError) as caught:
        replace(mnist, url="http://127.0.0.1:1/").load()
    assert str(caught.value) == (
        "mnist could not be downloaded from 127.0.0.1 (no connection): download train-images-idx3-ubyte.gz elsewhere "
        "and pass the folder that holds it with --data, or set VAEWORKS_DATA"
    )


def test_a_local_copy_of_another_form_is_refused(tmp_path):
    np.savez(tmp_path / "mnist.npz", x_train=np.zeros((3, 784), np.uint8))
    with pytest.raises(VaeworksError, match=r"holds x_train uint8 \(3, 784\), but x_train .* shape N x 28 x 28"):
        load_images("mnist", data=tmp_path)


def test_labels_that_do_not_fit_are_refused(tmp_path):
    np.savez(tmp_path / "mnist.npz", **{**arrays(), "y_test": np.full(TEST, 10, np.uint8)})
    with pytest.raises(VaeworksError, match="12 pictures have 12 labels, up to 10"):
        load_images("mnist", data=tmp_path)
