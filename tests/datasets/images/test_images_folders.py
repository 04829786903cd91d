"""Folders of pictures: flat, by class, by split."""

import logging

import numpy as np
import pytest
from PIL import Image

from vaeworks.datasets import load_images
from vaeworks.datasets.images.decoding import ENDINGS
from vaeworks.errors import VaeworksError


@pytest.fixture
def fill(tmp_path):
    """Save pictures of one grey or colour, or other bytes, by their paths; give their folder."""

    def save(files, size=(4, 4)):
        for name, content in files.items():
            path = tmp_path / "photos" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, bytes):
                path.write_bytes(content)
            else:
                Image.new("L" if isinstance(content, int) else "RGB", size, content).save(path)
        return tmp_path / "photos"

    return save


def greys(pictures):
    return pictures.images[:, 0, 0, 0].tolist()


def test_a_flat_folder_is_one_split_in_the_order_of_names(fill):
    folder = fill({"b.png": 2, "a.PNG": 1, "c.webp": 3, ".hidden.png": b"", "notes.txt": b"read me"})
    found = load_images(folder)
    assert (found.name, found.label_name, list(found.splits)) == ("photos", None, ["all"])
    assert found.splits["all"].images.shape == (3, 4, 4, 3)  # WebP knows no grey
    assert found.splits["all"].images.dtype == np.uint8
    assert greys(found.splits["all"])[:2] == [1, 2]
    assert found.splits["all"].labels is None


def test_class_folders_are_labels_and_any_first_pictures_hold_every_class(fill):
    folder = fill({f"{name}/{number}.png": number for name in ("cat", "dog") for number in range(3)})
    found = load_images(str(folder))
    assert found.label_name == "class"
    assert found.splits["all"].labels == ["cat", "dog"] * 3
    assert greys(found.splits["all"]) == [0, 0, 1, 1, 2, 2]


def test_a_single_class_folder_is_no_class(fill):
    found = load_images(fill({"all_of_them/1.png": 1, "all_of_them/2.png": 2}))
    assert found.label_name is None
    assert greys(found.splits["all"]) == [1, 2]


@pytest.mark.parametrize("validation", ["validation", "valid", "val"])
def test_split_folders_hold_either(fill, validation):
    names = ("train/cat/1.png", "train/dog/2.png", f"{validation}/cat/3.png", f"{validation}/dog/4.png", "test/5.png")
    found = load_images(fill({name: grey for grey, name in enumerate(names, 1)}))
    assert list(found.splits) == ["train", "validation", "test"]
    assert [pictures.labels for pictures in found.splits.values()] == [["cat", "dog"], ["cat", "dog"], None]
    assert [greys(pictures) for pictures in found.splits.values()] == [[1, 2], [3, 4], [5]]


def test_labels_that_train_lacks_are_left_out(fill):
    found = load_images(fill({"train/1.png": 1, "test/cat/2.png": 2, "test/dog/3.png": 3}))
    assert found.label_name is None
    assert found.splits["test"].labels is None


def test_a_class_may_be_called_train(fill):
    found = load_images(fill({"bus/1.png": 1, "car/2.png": 2, "train/3.png": 3}))
    assert found.splits["all"].labels == ["bus", "car", "train"]


def test_where_any_picture_has_colour_all_have(fill):
    found = load_images(fill({"train/1.png": 7, "train/2.png": (1, 2, 3), "train/3.png": 9, "test/1.png": 5}))
    assert found.splits["train"].images[:, 0, 0].tolist() == [[7, 7, 7], [1, 2, 3], [9, 9, 9]]
    assert found.splits["test"].images[:, 0, 0].tolist() == [[5, 5, 5]]


def test_mixed_sizes_are_named_and_mended_by_resizing(fill):
    fill({"1.png": 10})
    folder = fill({"2.png": 20}, size=(9, 6))
    with pytest.raises(VaeworksError) as caught:
        load_images(folder)
    assert str(caught.value) == (
        f"{folder / '2.png'} is 9 x 6 pixels, but 1.png is 4 x 4: make all of one size, or scale and crop them with "
        "--resize"
    )
    found = load_images(folder, resize=5)
    assert found.splits["all"].images.shape == (2, 5, 5, 1)
    assert (found.splits["all"].images[:, :, :, 0] == np.array([10, 20])[:, None, None]).all()


DEEP = np.array([[0, 8, 2048], [4095, 16, 1000]], np.uint16)


@pytest.mark.parametrize(("deepest", "scale"), [(0, 4095), (4096, 65535), (65535, 65535)])
def test_the_depth_of_deep_pictures_is_that_of_all_of_a_folder(tmp_path, caplog, deepest, scale):
    plain = np.full((2, 3), 200, np.uint8)
    for name, pixels in (("a", DEEP), ("b", np.full_like(DEEP, deepest)), ("c", plain)):
        Image.fromarray(pixels).save(tmp_path / f"{name}.png")
    found = load_images(tmp_path).splits["all"].images[..., 0]
    np.testing.assert_array_equal(
        found, [np.rint(DEEP / scale * 255), np.rint(found[1] * 0 + deepest / scale * 255), plain]
    )
    assert ("read as 12" in caplog.text) == (scale == 4095)


def test_deep_pictures_are_scaled_before_their_bits_are_cut(tmp_path):
    Image.fromarray(np.repeat(np.repeat(DEEP[:, :2], 4, 0), 4, 1)).save(tmp_path / "a.png")
    found = load_images(tmp_path, resize=8).splits["all"].images[0, ..., 0]
    assert found[0, 0] == 0
    assert found[-1, 0] == 255


def test_resizing_keeps_the_centre(tmp_path):
    (tmp_path / "wide").mkdir()
    stripes = np.repeat([[0, 50, 50, 0]], 16, axis=0).repeat(8, axis=1).astype(np.uint8)
    Image.fromarray(stripes).save(tmp_path / "wide" / "1.png")
    middle = load_images(tmp_path / "wide", resize=4).splits["all"].images[0, :, 1:3]
    np.testing.assert_allclose(middle, 50, atol=2)


def test_splits_of_different_sizes_are_refused(fill):
    fill({"train/1.png": 1})
    folder = fill({"test/1.png": 1}, size=(6, 5))
    with pytest.raises(VaeworksError, match="photos: the pictures of test are 6 x 5 pixels, but those of train are 4"):
        load_images(folder)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"notes.txt": b"a"}, r"photos holds no pictures: it should hold \.png, .* but it holds notes\.txt$"),
        ({"a/b/c/1.txt": b"a"}, "holds no pictures: .* but it holds a"),
        ({"1.png": 1, "cat/2.png": 2}, r"both in itself \(1\.png\) and in folders \(cat\): move them"),
        ({"test/1.png": 1}, "photos holds test but no train folder: add one"),
        ({"train/1.png": 1, "val/1.png": 1, "valid/1.png": 1}, "more than one validation folder: val, valid. Keep one"),
        ({"1.png": 1, "2.png": b"PNG?"}, r"photos/2\.png is no picture of a known format"),
        ({"1.png": 1, "2.png": b""}, r"photos/2\.png is empty"),
    ],
)
def test_mistakes_in_a_folder(fill, files, message):
    with pytest.raises(VaeworksError, match=message) as caught:
        load_images(fill(files))
    assert "\n" not in str(caught.value)


def test_an_empty_folder(tmp_path):
    with pytest.raises(VaeworksError, match=r"holds no pictures: .* but it holds nothing"):
        load_images(tmp_path)


@pytest.mark.parametrize(("place", "other"), [("cat", "dog"), ("train/cat", "train/dog"), ("test", "train")])
def test_a_folder_that_cannot_be_listed_is_refused(fill, lock, place, other):
    folder = fill({f"{name}/{number}.png": number for name in (place, other) for number in range(2)})
    lock(folder / place)
    with pytest.raises(VaeworksError) as caught:
        load_images(folder)
    assert str(caught.value).startswith(f"{folder / place} cannot be read (Permission denied): check")


@pytest.mark.parametrize("name", ["bird", "cat/2.png", "train"])
def test_a_broken_link_is_refused(fill, name):
    folder = fill({"cat/1.png": 1, "dog/1.png": 2})
    (folder / name).symlink_to(folder / "nowhere")
    with pytest.raises(VaeworksError) as caught:
        load_images(folder)
    assert str(caught.value) == (
        f"{folder / name} is a link to {folder / 'nowhere'}, which is not there: mend the link or remove it"
    )


def test_a_link_to_a_class_folder_is_one(fill, tmp_path):
    folder = fill({"cat/1.png": 1, "dog/1.png": 2})
    (folder / "dog").rename(tmp_path / "elsewhere")
    (folder / "dog").symlink_to(tmp_path / "elsewhere")
    assert load_images(folder).splits["all"].labels == ["cat", "dog"]


def test_what_is_left_out_of_class_folders_is_counted_and_named(fill, caplog):
    folder = fill({"cat/1.png": 1, "dog/1.png": 2, "dog/old/2.png": 3, "ape/1.pdf": b"PDF", "cat/notes.txt": b"a"})
    (folder / "bee").mkdir()
    assert load_images(folder).splits["all"].labels == ["dog", "cat", "dog"]
    assert caplog.messages == [
        f"{folder}: folders without {', '.join(ENDINGS)} files are left out: 2 (ape, bee)",
        f"{folder}: other files and folders are left out: 1 (cat/notes.txt)",
    ]


def test_classes_may_lie_in_a_folder_of_their_own(fill):
    folder = fill({"all/cat/1.png": 1, "all/dog/new/1.png": 2})
    assert load_images(folder).splits["all"].labels == ["cat", "dog"]


def test_what_is_left_out_beside_split_folders_is_counted_and_named(fill, caplog):
    folder = fill({"train/1.png": 1, "val/1.png": 2, "more/1.png": 3, "notes.txt": b"read me"})
    (folder / "test").mkdir()
    assert list(load_images(folder).splits) == ["train", "validation"]
    assert caplog.messages == [f"{folder}: files and folders beside train, val are left out: 3 (more, notes.txt, test)"]


def test_where_nothing_is_left_out_nothing_is_said(fill, caplog):
    with caplog.at_level(logging.INFO):
        load_images(fill({"train/cat/1.png": 1, "train/dog/1.png": 2, "test/.hidden": b"", "test/1.png": 3}))
    assert caplog.messages == []


def test_one_picture_is_no_data_set(fill):
    with pytest.raises(VaeworksError, match=r"1\.png is one picture: name the folder"):
        load_images(fill({"1.png": 1}) / "1.png")


def test_a_source_that_does_not_exist(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # names beside it are offered too
    with pytest.raises(
        VaeworksError, match=r"'minst' \(did you mean mnist\?\). The named data sets are: digits, mnist"
    ):
        load_images("minst")


def test_a_file_of_texts(tmp_path):
    (tmp_path / "reviews.csv").write_text("text\nfine\n")
    with pytest.raises(VaeworksError, match=r"reviews\.csv is a file of kind \.csv: pictures are read from"):
        load_images(tmp_path / "reviews.csv")


def test_a_local_source_has_no_other_copy(fill, tmp_path):
    with pytest.raises(VaeworksError, match="--data holds a copy of a named data set"):
        load_images(fill({"1.png": 1}), data=tmp_path)


@pytest.mark.parametrize("side", [-1, 0, 1, 5000])
def test_a_side_must_be_possible(side):
    with pytest.raises(VaeworksError, match=f"--resize is a side in pixels from 2 to 4096, not {side}"):
        load_images("digits", resize=side)
