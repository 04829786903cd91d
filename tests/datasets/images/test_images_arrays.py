"""Pictures in .npy and .npz files: any shape and type of pictures is read, all others are explained."""

import io
import re
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vaeworks.datasets import load_images
from vaeworks.datasets.arrays import read_arrays
from vaeworks.errors import VaeworksError

PICTURES = np.random.default_rng(0).integers(0, 256, (6, 4, 5), np.uint8)


@pytest.fixture
def load(tmp_path):
    """Save one array as .npy, or several as .npz, and load them."""

    def save_and_load(*one, resize=None, **several):
        path = tmp_path / ("a.npy" if one else "a.npz")
        if one:
            np.save(path, one[0])
        else:
            np.savez(path, **several)
        return load_images(path, resize=resize)

    return save_and_load


@pytest.fixture
def refusal(load):
    def refuse(*one, **several):
        with pytest.raises(VaeworksError) as caught:
            load(*one, **several)
        assert "\n" not in str(caught.value)
        return str(caught.value)

    return refuse


whole_numbers = st.sampled_from([np.uint8, np.uint16, np.int16, np.int32, np.int64])


@given(st.data(), st.tuples(*[st.integers(2, 6)] * 3), st.sampled_from([(), (1,), (3,)]), whole_numbers)
def test_whole_numbers_of_any_type_are_kept(tmp_path_factory, data, shape, channels, kind):
    array = data.draw(arrays(kind, shape + channels, elements=st.integers(0, 255)))
    path = tmp_path_factory.getbasetemp() / "drawn.npy"
    np.save(path, array)
    images = load_images(path).splits["all"].images
    assert images.dtype == np.uint8
    np.testing.assert_array_equal(images, array.reshape(*shape, -1))


@pytest.mark.parametrize("kind", [bool, np.uint8, np.int64, np.float16, np.float64])
def test_zeros_and_ones_are_a_binary_set_whatever_their_type(load, kind):
    bits = PICTURES > 127
    images = load(bits.astype(kind)).splits["all"].images
    assert images.dtype == np.uint8
    np.testing.assert_array_equal(images[..., 0], bits)


@pytest.mark.parametrize("names", [("images", "labels"), ("X", "y"), ("images", "label")])
@pytest.mark.parametrize(
    "labels", [np.arange(6) % 3, np.array(list("abcabc")), np.array([0.0, 1, 2] * 2), np.array([b"a", b"b"] * 3)]
)
def test_labels_are_words(load, names, labels):
    found = load(**dict(zip(names, (PICTURES, labels), strict=True)))
    assert found.label_name == "class"
    words = {"f": [str(int(label)) for label in labels.tolist()]} if labels.dtype.kind == "f" else {}
    plain = [label.decode() if isinstance(label, bytes) else str(label) for label in labels.tolist()]
    assert found.splits["all"].labels == words.get(labels.dtype.kind, plain)


@pytest.mark.parametrize(
    "names",
    [("x_train", "y_train", "x_val", "y_val", "x_test"), ("train", "y_train", "valid", "y_valid", "test")],
)
def test_splits_are_those_of_the_names(load, names):
    parts = PICTURES[:3], np.array([0, 1, 2]), PICTURES[3:5], np.array([1, 0]), PICTURES[5:]
    found = load(**dict(zip(names, parts, strict=True)))
    assert {split: pictures.labels for split, pictures in found.splits.items()} == {
        "train": ["0", "1", "2"],
        "validation": ["1", "0"],
        "test": None,
    }
    np.testing.assert_array_equal(found.splits["validation"].images[..., 0], PICTURES[3:5])


def test_one_array_may_have_any_name(load):
    assert load(faces=PICTURES).splits["all"].images.shape == (6, 4, 5, 1)


def test_pictures_are_scaled_and_cropped_to_squares(load):
    flat = np.broadcast_to(np.arange(6, dtype=np.uint8)[:, None, None, None] * 9, (6, 8, 12, 3))
    images = load(flat, resize=5).splits["all"].images
    assert images.shape == (6, 5, 5, 3)
    assert images[:, 2, 2, 0].tolist() == [0, 9, 18, 27, 36, 45]


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (PICTURES[0], "is 4 x 5, not N x H x W"),
        (PICTURES.reshape(6, 20), "is 6 x 20, not N x H x W .*: reshape it"),
        (
            np.zeros((2, 3, 8, 8), np.uint8),
            r"is 2 x 3 x 8 x 8, .* move its channels .* images\.transpose\(0, 2, 3, 1\)",
        ),
        (np.zeros((2, 8, 8, 4), np.uint8), "is 2 x 8 x 8 x 4, not N x H x W or N x H x W x C with C 1"),
        (np.zeros((0, 8, 8), np.uint8), "is 0 x 8 x 8, which is no picture"),
        (np.zeros((5, 1, 1), np.uint8), "is 5 x 1 x 1, which is no picture"),
        (PICTURES / 255, r"holds float64 from .*: save \(255 \* images\)\.round\(\)\.astype\('uint8'\) instead"),
        (PICTURES / 2, r"holds float64 from .*: save images\.round\(\)\.astype\('uint8'\) instead"),
        (np.full((2, 4, 4), np.nan), "holds float64 from nan to nan"),
        (PICTURES.astype(int) - 1, r"holds values from -1 to 2\d\d: scale them to 0 to 255"),
        (PICTURES.astype(int) * 9, r"holds values from \d+ to 2\d\d\d: scale them"),
        (np.full((2, 4, 4), "a"), "holds <U1, not greys or colours"),
        (np.full((2, 4, 4), 1j), "holds complex128, not greys or colours"),
    ],
)
def test_arrays_that_hold_no_pictures(refusal, array, message):
    found = refusal(array)
    assert found.startswith("a.npy ")
    assert re.search(message, found), found


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (np.arange(5), "labels is 5, but there are 6 pictures: save one class each"),
        (np.eye(6), "labels is 6 x 6, but there are 6 pictures"),
        (np.linspace(0, 1, 6), "labels holds float64, which is no class"),
        (np.full(6, np.inf), "labels holds float64, which is no class"),
        (np.zeros(6), "labels has only one class, '0': leave it out"),
    ],
)
def test_labels_that_are_no_classes(refusal, labels, message):
    assert message in refusal(images=PICTURES, labels=labels)


def test_names_that_say_nothing(refusal):
    assert refusal(a=PICTURES, b=PICTURES).startswith("a.npz holds a, b: call the pictures images, or x_train")
    assert refusal(x_test=PICTURES, y_test=PICTURES).startswith("a.npz holds x_test but no x_train")
    assert "the pictures of test are 4 x 4 pixels, but those of train are 5 x 4" in refusal(
        x_train=PICTURES, x_test=PICTURES[:, :, :4]
    )


def test_zeros_and_ones_are_not_resized(refusal):
    assert "no greys between them: leave out --resize" in refusal(PICTURES > 127, resize=8)


@pytest.mark.parametrize("name", ["a.npy", "a.npz"])
def test_objects_are_never_unpickled(tmp_path, name):
    objects = np.array([PICTURES, None], dtype=object)
    (np.save if name == "a.npy" else np.savez)(tmp_path / name, objects)
    with pytest.raises(VaeworksError, match=f"{name} holds Python objects, which are not read"):
        load_images(tmp_path / name)


@pytest.mark.parametrize("name", ["a.npy", "a.npz"])
@pytest.mark.parametrize("part", [0, 4, 40, -30])
def test_damaged_files(tmp_path, name, part):
    (np.save if name == "a.npy" else np.savez)(tmp_path / name, PICTURES)
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[:part])
    with pytest.raises(VaeworksError, match=rf"{name} is (empty|damaged)"):
        load_images(tmp_path / name)


@pytest.mark.parametrize(
    "header", [b"{'descr': '|u1', (\x1e\n", b"[" * 5000, b"{'descr': 1, 'fortran_order': 0, 'shape': 2}\n"]
)
@pytest.mark.parametrize("name", ["a.npy", "a.npz"])
def test_headers_that_are_no_headers(tmp_path, name, header):
    array = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header
    (tmp_path / name).write_bytes(array)
    if name == "a.npz":
        with zipfile.ZipFile(tmp_path / name, "w") as parts:
            parts.writestr("images.npy", array)
    with pytest.raises(VaeworksError, match=rf"{name} is damaged"):
        load_images(tmp_path / name)


def test_another_file_with_the_name_of_an_array(tmp_path):
    (tmp_path / "a.npy").write_bytes(b"these are no arrays")
    with pytest.raises(VaeworksError, match=r"a\.npy is damaged or was not written by NumPy"):
        load_images(tmp_path / "a.npy")


@pytest.mark.parametrize("ending", ["npy", "npz"])
def test_an_array_that_claims_more_than_is_there_gets_no_memory(ending, tmp_path):
    path, header = tmp_path / f"bomb.{ending}", io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f8", "fortran_order": False, "shape": (10**11, 28, 28)})
    if ending == "npy":
        path.write_bytes(header.getvalue())
    else:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as parts:
            parts.writestr("images.npy", header.getvalue())
    with pytest.raises(VaeworksError, match=r"is damaged \(it claims an array of shape \(100000000000, 28, 28\)"):
        read_arrays(path)
