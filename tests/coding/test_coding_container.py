"""The file says what is in it, and takes nothing that was cut off, altered, foreign, newer or too large."""

import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vaeworks import VaeworksError
from vaeworks.coding.container import (
    Archive,
    Block,
    Item,
    Packer,
    Unpacker,
    packed,
    read_archive,
    unpacked,
    write_archive,
)

SIDES = st.integers(1, 5000)
NAMES = st.text(st.characters(exclude_characters="\0"), min_size=1, max_size=20)
ITEMS = st.builds(Item, NAMES, SIDES, SIDES, st.sampled_from([1, 3]), st.binary(max_size=20))
BLOCKS = st.lists(st.builds(Block, st.lists(ITEMS, max_size=3), st.binary(max_size=50)), max_size=4)
ARCHIVE = Archive("codec", "photo", bytes(8), [Block([Item("a.png", 2, 3, 1)], b"bits")])
WHOLE = packed(ARCHIVE)


@given(st.builds(Archive, st.text(max_size=9), st.text(max_size=9), st.binary(min_size=8, max_size=8), BLOCKS))
def test_what_is_packed_is_unpacked(archive):
    assert unpacked(packed(archive), "it") == archive


@given(st.integers(0, 2**62))
def test_numbers_of_any_length_come_back(number):
    packer = Packer()
    packer.number(number)
    assert Unpacker(b"".join(packer.parts)).number() == number


@pytest.mark.parametrize("place", range(len(WHOLE)))
def test_no_byte_may_be_missing_or_altered(place):
    altered = WHOLE[:place] + bytes([WHOLE[place] ^ 0x41]) + WHOLE[place + 1 :]
    for broken in (WHOLE[:place], altered):
        with pytest.raises(VaeworksError) as error:
            unpacked(broken, "it")
        assert "\n" not in str(error.value)


@settings(max_examples=300)
@given(st.binary(max_size=60))
def test_bytes_of_anybody_are_refused_in_one_sentence(content):
    for start in (b"", b"VAE\x01\x00", b"VAE\x01\x01"):
        with pytest.raises(VaeworksError):
            unpacked(start + content, "it")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\x89PNG\r\n", "it was not written by vae compress"),
        (b"VAE\x02\x00\x00", "written by a newer vaeworks"),
        (WHOLE + b"x", "there is more in it"),
        (WHOLE[:-1], "it ends too soon"),
        (WHOLE[:-1] + b"x", "block 0 was altered"),
        (packed(Archive("codec", "", bytes(8), [Block([Item("bomb", 1 << 20, 1 << 20, 3)], b"")])), "bomb is said to"),
        (packed(Archive("codec", "", bytes(8), [Block([Item("a\0b", 1, 1, 3)], b"")])), "no name"),
        (packed(Archive("codec", "", bytes(8), [Block([Item("a", 1, 1, 7)], b"")])), "no such channels"),
        (packed(Archive("codec", "", bytes(8), [Block([Item("long", 1, 1 << 20, 3)], b"")])), "long is said to"),
    ],
)
def test_each_fault_has_its_sentence(content, message):
    with pytest.raises(VaeworksError, match=message):
        unpacked(content, "it")


def test_a_header_that_swells_is_refused():
    swollen = zlib.compress(bytes(1 << 29), 9)
    lead = Packer()
    lead.bytes(swollen)
    content = b"VAE\x01\x01" + b"".join(lead.parts)
    with pytest.raises(VaeworksError, match="its header is too long"):
        unpacked(content + zlib.crc32(content).to_bytes(4, "big"), "it")


def test_a_file_is_written_and_read(tmp_path):
    assert write_archive(ARCHIVE, tmp_path / "a.vae") == (tmp_path / "a.vae").stat().st_size
    assert read_archive(tmp_path / "a.vae") == ARCHIVE
    with pytest.raises(VaeworksError, match=r"cannot read .*b.vae: no such file"):
        read_archive(tmp_path / "b.vae")
