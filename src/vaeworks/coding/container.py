"""The file that `vae compress` writes: a header that says what is in it, and blocks, each with a checksum.

    bytes       what
    4           "VAE" and the version, 1
    1           whether the header is packed by zlib
    n           length of the header
    ...         the header
    4           CRC-32 of all that stands before
    ...         the blocks, one after another

The header: kind, model (its name or folder, a hint only) and 8 bytes of its digest; how many blocks, and of each its
length, its CRC-32 (4 bytes) and how many items it holds; of each item its name, height, width, channels, and bytes that
the kind knows. A number n is written seven bits a byte, low ones first, 128 added where more follow; texts (UTF-8) and
bytes come after their length. All else is big-endian.
"""

import struct
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import VaeworksError
from ..files import written_whole

MAGIC, VERSION = b"VAE", 1
DIGEST = 8
MOST_HEADER, MOST_VALUES, MOST_SIDE = 1 << 26, 3 << 28, 65_535  # bytes; of an item: more is an attack


@dataclass(frozen=True)
class Item:
    """A picture: its name, shape, and what its kind keeps with it."""

    name: str
    height: int
    width: int
    channels: int
    about: bytes = b""

    @property
    def values(self) -> int:
        return self.height * self.width * self.channels


@dataclass(frozen=True)
class Block:
    """Bytes that are decoded together, and the items that come out."""

    items: list[Item]
    payload: bytes


@dataclass(frozen=True)
class Archive:
    """What a file holds.

    Attributes
    ----------
    kind, model : str
        Of the model that decodes it, and where it was.
    digest : bytes (8,)
        Of its twin.
    blocks : list of Block
    """

    kind: str
    model: str
    digest: bytes
    blocks: list[Block] = field(default_factory=list)

    def items(self) -> list[Item]:
        return [item for block in self.blocks for item in block.items]


class Packer:
    """Fields of a header to bytes."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def number(self, value: int) -> None:
        while value > 127:
            self.parts.append(bytes([value & 127 | 128]))
            value >>= 7
        self.parts.append(bytes([value]))

    def bytes(self, value: bytes) -> None:
        self.number(len(value))
        self.parts.append(value)

    def text(self, value: str) -> None:
        self.bytes(value.encode("utf-8", "surrogateescape"))


class Unpacker:
    """The inverse of `Packer`.

    Raises
    ------
    ValueError
        From every method, where the bytes end too soon or a number is too long.
    """

    def __init__(self, content: bytes, place: int = 0) -> None:
        self.content, self.place = content, place

    def take(self, count: int) -> bytes:
        if count > len(self.content) - self.place:
            raise ValueError("it ends too soon")
        self.place += count
        return self.content[self.place - count : self.place]

    def number(self) -> int:
        value = 0
        for shift in range(0, 63, 7):
            byte = self.take(1)[0]
            value |= (byte & 127) << shift
            if byte < 128:
                return value
        raise ValueError("a number in it is too long")

    def bytes(self) -> bytes:
        return self.take(self.number())

    def text(self) -> str:
        return self.bytes().decode("utf-8", "surrogateescape")


def packed(archive: Archive) -> bytes:
    """The bytes of the file."""
    header = header_of(archive)
    small = zlib.compress(header, 9)
    lead = Packer()
    lead.bytes(min(header, small, key=len))
    content = MAGIC + bytes([VERSION, len(small) < len(header)]) + b"".join(lead.parts)
    return b"".join([content, struct.pack(">I", zlib.crc32(content)), *(block.payload for block in archive.blocks)])


def header_of(archive: Archive) -> bytes:
    packer = Packer()
    packer.text(archive.kind)
    packer.text(archive.model)
    packer.parts.append(archive.digest[:DIGEST])
    packer.number(len(archive.blocks))
    for block in archive.blocks:
        packer.number(len(block.payload))
        packer.parts.append(struct.pack(">I", zlib.crc32(block.payload)))
        packer.number(len(block.items))
        for item in block.items:
            packer.text(item.name)
            for value in (item.height, item.width, item.channels):
                packer.number(value)
            packer.bytes(item.about)
    return b"".join(packer.parts)


def unpacked(content: bytes, where: object) -> Archive:
    """The inverse of `packed`.

    Raises
    ------
    VaeworksError
        For a file that is none of ours, of a newer version, cut off, altered, or that claims to hold too much.
    """
    if content[: len(MAGIC)] != MAGIC or len(content) < len(MAGIC) + 2:
        raise VaeworksError(f"{where} was not written by vae compress")
    if content[3] > VERSION:
        raise VaeworksError(f"{where} was written by a newer vaeworks (format {content[3]}, this one reads {VERSION})")
    try:
        lead = Unpacker(content, len(MAGIC) + 2)
        header = lead.bytes()
        end = lead.place
        if struct.unpack(">I", lead.take(4))[0] != zlib.crc32(content[:end]):
            raise ValueError("its header was altered")
        archive, lengths = opened(inflated(header) if content[4] else header)
        return Archive(archive.kind, archive.model, archive.digest, filled(archive.blocks, lengths, lead))
    except (ValueError, zlib.error, struct.error, UnicodeDecodeError) as error:
        raise VaeworksError(f"{where} is damaged ({error}): get it again") from error


def inflated(header: bytes) -> bytes:
    machine = zlib.decompressobj()
    whole = machine.decompress(header, MOST_HEADER)
    if machine.unconsumed_tail or not machine.eof:
        raise ValueError("its header is too long")
    return whole


def opened(header: bytes) -> tuple[Archive, list[tuple[int, int]]]:
    """What a header says, and length and checksum of each block."""
    fields = Unpacker(header)
    archive = Archive(fields.text(), fields.text(), fields.take(DIGEST))
    lengths = []
    for _ in range(fields.number()):
        lengths.append((fields.number(), struct.unpack(">I", fields.take(4))[0]))
        archive.blocks.append(Block([item_of(fields) for _ in range(fields.number())], b""))
    return archive, lengths


def item_of(fields: Unpacker) -> Item:
    item = Item(fields.text(), fields.number(), fields.number(), fields.number(), fields.bytes())
    if "\0" in item.name or not item.name or item.channels not in (1, 3):
        raise ValueError("a picture in it has no name, or no such channels")
    if not 0 < item.values <= MOST_VALUES or max(item.height, item.width) > MOST_SIDE:
        raise ValueError(f"{item.name} is said to have {item.width} x {item.height} pixels")
    return item


def filled(blocks: list[Block], lengths: list[tuple[int, int]], fields: Unpacker) -> list[Block]:
    """The blocks with their payloads, which must be whole."""
    found = []
    for number, (block, (length, checksum)) in enumerate(zip(blocks, lengths, strict=True)):
        payload = fields.take(length)
        if zlib.crc32(payload) != checksum:
            raise ValueError(f"block {number} was altered")
        found.append(Block(block.items, payload))
    if fields.place != len(fields.content):
        raise ValueError("there is more in it than there should be")
    return found


def write_archive(archive: Archive, out: Path) -> int:
    """Write the file whole; its length in bytes."""
    content = packed(archive)
    with written_whole(out) as temporary:
        temporary.write_bytes(content)
    return len(content)


def read_archive(path: Path) -> Archive:
    """Read a file.

    Raises
    ------
    VaeworksError
        As `unpacked`, and where it cannot be read.
    """
    try:
        if path.exists() and not path.is_file():  # a pipe would be waited for
            raise VaeworksError(f"{path} is no file: give one that vae compress wrote")
        content = path.read_bytes()
    except OSError as error:
        raise VaeworksError(f"cannot read {path}: {(error.strerror or str(error)).lower()}") from error
    return unpacked(content, path)
