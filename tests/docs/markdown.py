"""What stands in the README and the guides: fenced code, lines of code, inline code, and tables."""

import re
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = {str(path.relative_to(ROOT)): path for path in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))}
FENCED = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")


def text_of(page):
    return PAGES[page].read_text(encoding="utf-8")


def fenced(page, language):
    """Line number and text of every fenced block of a language."""
    text = text_of(page)
    found = [match for match in FENCED.finditer(text) if match[1] == language]
    return [(text[: match.start()].count("\n") + 2, match[2]) for match in found]


def code_lines(page):
    """Line number and text of every line of code, fenced or indented, without the shell's prompt."""
    inside = False
    for number, line in enumerate(text_of(page).splitlines(), 1):
        if line.startswith("```"):
            inside = not inside
        elif inside or line.startswith("    "):
            yield number, line.strip().removeprefix("$ ")


def inline_code(page):
    """Line number and text of every word or line in backticks, outside of fenced blocks."""
    text = FENCED.sub(lambda match: "\n" * match[0].count("\n"), text_of(page))
    return [(text[: match.start()].count("\n") + 1, match[1]) for match in INLINE.finditer(text)]


@dataclass
class Table:
    """A table, the prose above it since the last heading, and its rows by line number."""

    prose: str
    header: list[str]
    rows: dict[int, list[str]] = field(default_factory=dict)


def tables(page):
    """Every table."""
    found, prose, table = [], "", None
    for number, line in enumerate(text_of(page).splitlines(), 1):
        if not line.startswith("|"):
            table = None
            prose = line if line.startswith("#") else f"{prose}\n{line}"
        elif table is None:
            table = Table(prose, cells(line))
            found.append(table)
        elif set(line) - set("|-: "):
            table.rows[number] = cells(line)
    return found


def cells(line):
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
