"""The small named sets of pictures."""

import hashlib
from dataclasses import replace

import numpy as np
import pytest
from scipy.io import savemat
from sklearn.datasets import load_digits

from vaeworks.datasets import load_images, load_texts
from vaeworks.datasets.named import binarized_mnist, frey, olivetti
from vaeworks.datasets.published import Published
from vaeworks.errors import VaeworksError

GREYS = np.random.default_rng(0)


def rows_of(images):
    return sorted(image.tobytes() for image in images)


def test_digits_are_those_of_scikit_learn_with_greys_up_to_255():
    found, digits = load_images("digits"), load_digits()
    assert {split: len(pictures) for split, pictures in found.splits.items()} == {
        "train": 1257,
        "validation": 270,
        "test": 270,
    }
    images = np.concatenate([pictures.images for pictures in found.splits.values()])
    labels = [label for pictures in found.splits.values() for label in pictures.labels]
    assert images.shape == (1797, 8, 8, 1)
    assert set(np.unique(images)) == {round(grey * 255 / 16) for grey in range(17)}
    paired = sorted(zip((np.rint(images / 255 * 16)).astype(np.uint8).reshape(-1, 64).tolist(), labels, strict=True))
    assert paired == sorted(zip(digits.data.astype(np.uint8).tolist(), map(str, digits.target), strict=True))
    assert all(len(set(pictures.labels)) == 10 for pictures in found.splits.values())


def test_digits_have_no_local_copy(tmp_path):
    with pytest.raises(VaeworksError, match="comes with scikit-learn"):
        load_images("digits", data=tmp_path)


def published(path, server="http://127.0.0.1:1/"):
    """A file that is on a server, by default on one that does not answer."""
    return Published(path.name, server + path.name, hashlib.sha256(path.read_bytes()).hexdigest())


@pytest.fixture
def bits(served):
    """Rows of zeros and ones by part, and the same as text files that are served."""
    parts = {part: GREYS.integers(0, 2, (rows, 784)) for part, rows in (("train", 5), ("valid", 3), ("test", 2))}
    for part, array in parts.items():
        np.savetxt(served / f"binarized_mnist_{part}.amat", array, "%d")
    return parts, [served / f"binarized_mnist_{part}.amat" for part in parts]


def test_binarized_mnist_is_downloaded_packed_and_read_again(bits, served, server, cache):
    arrays, paths = bits
    first = binarized_mnist.load(files=[published(path, server) for path in paths])
    assert first.label_name is None
    for (split, pictures), array in zip(first.splits.items(), arrays.values(), strict=True):
        np.testing.assert_array_equal(pictures.images, array.reshape(-1, 28, 28, 1), split)
        assert pictures.labels is None
    assert [path.name for path in (cache / "binarized-mnist").iterdir()] == ["binarized_mnist_larochelle.npz"]
    nowhere = [published(path) for path in paths]
    again = binarized_mnist.load(files=nowhere)
    np.testing.assert_array_equal(again.splits["test"].images, first.splits["test"].images)
    local = binarized_mnist.load(served, nowhere)
    np.testing.assert_array_equal(local.splits["train"].images, first.splits["train"].images)


def test_an_altered_binarized_mnist_is_refused_and_not_kept(bits, server, cache):
    with pytest.raises(VaeworksError, match=r"train\.amat is damaged or altered \(its sha256 begins .* not ad693b29"):
        binarized_mnist.load(files=[replace(file, url=server + file.file) for file in binarized_mnist.FILES])
    assert list((cache / "binarized-mnist").iterdir()) == []


def test_black_and_white_is_not_resized(tmp_path):
    packed = np.packbits(GREYS.integers(0, 2, (4, 784), np.uint8), axis=1)
    np.savez(tmp_path / "binarized_mnist_larochelle.npz", train=packed, valid=packed, test=packed)
    with pytest.raises(VaeworksError, match="no greys between them: leave out --resize"):
        load_images("binarized-mnist", data=tmp_path, resize=32)


def test_frey_is_cut_into_blocks_of_the_video(served, server):
    frames = GREYS.integers(0, 256, (200, 28, 20), np.uint8)
    path = served / "frey_rawface.mat"
    savemat(path, {"ff": frames.reshape(200, 560).T})
    splits = frey.load(file=published(path, server)).splits
    assert {split: len(pictures) for split, pictures in splits.items()} == {"train": 160, "validation": 20, "test": 20}
    validation, test = [*range(40, 50), *range(140, 150)], [*range(90, 100), *range(190, 200)]
    np.testing.assert_array_equal(splits["validation"].images[..., 0], frames[validation])
    np.testing.assert_array_equal(splits["test"].images[..., 0], frames[test])
    rest = sorted(set(range(200)) - {*validation, *test})
    np.testing.assert_array_equal(splits["train"].images[..., 0], frames[rest])
    again = frey.load(file=published(path))
    np.testing.assert_array_equal(again.splits["test"].images, splits["test"].images)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"other": np.zeros((560, 3))}, r"frey_rawface\.mat is damaged or holds no ff"),
        ({"ff": np.zeros((28, 20))}, "should hold columns of 560 greys"),
        (b"no MATLAB" * 40, "is damaged or holds no ff"),
    ],
)
def test_a_matlab_file_without_the_faces_is_refused(tmp_path, content, message):
    path = tmp_path / "frey_rawface.mat"
    path.write_bytes(content) if isinstance(content, bytes) else savemat(path, content)
    with pytest.raises(VaeworksError, match=message):
        frey.load(path, published(path))


def test_olivetti_has_every_person_in_every_split(served, server):
    columns = GREYS.integers(0, 256, (4096, 400), np.uint8)
    path = served / "olivettifaces.mat"
    savemat(path, {"faces": columns})
    found = olivetti.load(file=published(path, server))
    assert found.label_name == "person"
    faces = columns.T.reshape(400, 64, 64).transpose(0, 2, 1)  # as scikit-learn reads it
    person = {face.tobytes(): str(row // 10) for row, face in enumerate(faces)}
    for split, each in (("train", 8), ("validation", 1), ("test", 1)):
        pictures = found.splits[split]
        assert pictures.labels == [str(label) for label in range(40)] * each
        assert [person[image.tobytes()] for image in pictures.images] == pictures.labels
    images = np.concatenate([pictures.images for pictures in found.splits.values()])
    assert rows_of(images) == rows_of(faces)
    local = olivetti.load(served, published(path))
    np.testing.assert_array_equal(local.splits["test"].images, found.splits["test"].images)


@pytest.mark.parametrize(
    ("name", "file", "expected"),
    [("olivetti", "olivettifaces.mat", "b612fb96"), ("frey", "frey_rawface.mat", "265a83a2")],
)
def test_an_altered_matlab_file_is_refused(tmp_path, name, file, expected):
    savemat(tmp_path / file, {"faces": np.zeros((4096, 400), np.uint8)})
    with pytest.raises(VaeworksError, match=f"its sha256 begins .* not {expected}"):
        load_images(name, data=tmp_path)


def test_a_set_of_the_other_kind_says_which_command_takes_it():
    with pytest.raises(VaeworksError, match=r"^rotten holds texts: use vae fit text rotten$"):
        load_images("rotten")
    with pytest.raises(VaeworksError, match=r"^mnist holds images: use vae fit image mnist$"):
        load_texts("mnist")
    with pytest.raises(VaeworksError, match=r"^mnist holds images: use vae fit image mnist$"):
        load_texts("mnist", text="review")


def test_a_named_set_can_be_resized():
    found = load_images("digits", resize=12)
    assert found.splits["train"].images.shape == (1257, 12, 12, 1)
    assert found.splits["train"].labels == load_images("digits").splits["train"].labels
