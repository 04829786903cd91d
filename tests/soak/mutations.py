"""Damage, by chance that a seed decides: to bytes, and to JSON that stays JSON."""

import copy
import json
from math import inf, nan

MOST, LONGEST = 3, 64
HOSTILE = (
    b'"', b"\x00", b"\xff\xfe", b"\r", b"\n", b",", b"\t", b"1e999", b"NaN", b"-Infinity", b"=1+1", b"{" * 3000,
    b"9" * 6000, b"\xed\xa0\x80", b"\xe2\x80\xae", b"\x1b]0;x\x07", b"<script>", b"../../x", b"null",
)  # fmt: skip
VALUES = (
    None, True, -1, 0, 1, 2, 10**9, 10**30, -0.5, 1e308, nan, inf, "", "x", "9" * 5000, "\ud800", "../..", [], {}, [[]],
    [None], {"": 0},
)  # fmt: skip


def flip(content, random):
    at = int(random.integers(len(content)))
    return content[:at] + bytes([content[at] ^ 1 << int(random.integers(8))]) + content[at + 1 :]


def cut(content, random):
    return content[: int(random.integers(len(content)))]


def insert(content, random):
    at = int(random.integers(len(content) + 1))
    return content[:at] + HOSTILE[int(random.integers(len(HOSTILE)))] + content[at:]


def part_of(content, random):
    start = int(random.integers(len(content)))
    return start, start + int(random.integers(1, LONGEST))


def remove(content, random):
    start, end = part_of(content, random)
    return content[:start] + content[end:]


def repeat(content, random):
    start, end = part_of(content, random)
    return content[:end] + content[start:end] * int(random.integers(1, 50)) + content[end:]


def blank(content, random):
    start, end = part_of(content, random)
    return content[:start] + bytes(len(content[start:end])) + content[end:]


def move(content, random):
    start, end = part_of(content, random)
    rest = content[:start] + content[end:]
    at = int(random.integers(len(rest) + 1))
    return rest[:at] + content[start:end] + rest[at:]


OF_BYTES = (flip, flip, cut, insert, remove, repeat, blank, move)


def mutated(content, random):
    """The bytes after one to three kinds of damage."""
    for _ in range(int(random.integers(1, MOST + 1))):
        if content:
            content = OF_BYTES[int(random.integers(len(OF_BYTES)))](content, random)
    return content


def places(value, path=()):
    """The way to each part of a value, itself left out."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield (*path, key)
        yield from places(part, (*path, key))


def mutated_json(text, random):
    """The same JSON with one part gone, or in its place a value that nobody expects; JSON within a string counts."""
    value = json.loads(text)
    ways = list(places(value))
    if not ways:
        return json.dumps(VALUES[int(random.integers(len(VALUES)))])
    value, (*way, last) = copy.deepcopy(value), ways[int(random.integers(len(ways)))]
    holder = value
    for key in way:
        holder = holder[key]
    if isinstance(holder[last], str) and holder[last].startswith("{"):
        holder[last] = mutated_json(holder[last], random)
    elif random.random() < 0.3:
        del holder[last]
    else:
        holder[last] = VALUES[int(random.integers(len(VALUES)))]
    return json.dumps(value)
