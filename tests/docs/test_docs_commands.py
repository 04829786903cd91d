"""Every command that a reader of a page or of the help would copy is one, and its values are allowed."""

import shlex

import pytest
import typer

from vaeworks import VaeworksError
from vaeworks.cli.main import build
from vaeworks.cli.options import chosen
from vaeworks.kinds import KINDS

from .markdown import PAGES, code_lines, inline_code

ALONE = {"--help", "-h", "--version", "--install-completion"}  # options of `vae` itself


def lines():
    """Commands on lines of their own, which are whole."""
    found = [(page, *line) for page in PAGES for line in code_lines(page) if line[1].startswith("vae ")]
    return [pytest.param(text, id=f"{page}:{number}") for page, number, text in found]


def examples():
    """Those of the help pages."""
    groups = typer.main.get_command(build()).commands
    pages = [(verb, page) for verb, group in groups.items() for page in getattr(group, "commands", {"": group}).items()]
    found = [(f"{verb} {kind}", line.strip()) for verb, (kind, page) in pages for line in page.help.splitlines()]
    return [pytest.param(line, id=f"{name}:{line}") for name, line in found if line.startswith("vae ")]


def mentions():
    """Commands in the middle of a sentence, which may leave out what does not matter there."""
    found = [(page, *mention) for page in PAGES for mention in inline_code(page) if mention[1].startswith("vae ")]
    return [pytest.param(text, id=f"{page}:{number}:{text}") for page, number, text in found]


def options_alone():
    found = [(page, *mention) for page in PAGES for mention in inline_code(page) if mention[1].startswith("--")]
    return [pytest.param(text.split()[0], id=f"{page}:{number}:{text}") for page, number, text in found]


@pytest.fixture(scope="module")
def verbs():
    return typer.main.get_command(build()).commands


def commands_of(verbs, words):
    """The commands that these words may mean, one a kind that the verb has, and the words after the verb."""
    verb, *rest = words
    assert verb in verbs, f"there is no verb {verb}"
    kinds = getattr(verbs[verb], "commands", {"": verbs[verb]})
    if verb == "fit" and rest and not rest[0].startswith("-"):
        return {rest[0]: kinds[rest[0]]}, rest[1:]
    return kinds, rest


def parsed(kind, command, words):
    """Nothing, or why this command does not take the words."""
    try:
        context = command.make_context(command.name, list(words))
        if command.name in KINDS and "epochs" in context.params:
            chosen(KINDS[kind].parameters(), context.params)
    except VaeworksError as error:
        return str(error)
    except Exception as error:
        return error.format_message()
    return None


@pytest.mark.parametrize("line", [*lines(), *examples()])
def test_a_line_is_a_command_of_some_kind(line, verbs):
    kinds, words = commands_of(verbs, shlex.split(line, comments=True)[1:])
    refusals = {kind: parsed(kind, command, words) for kind, command in kinds.items()}
    assert None in refusals.values(), refusals


@pytest.mark.parametrize("mention", mentions())
def test_a_mention_has_a_verb_and_options_that_exist(mention, verbs):
    words = shlex.split(mention)[1:]
    kinds, words = ({}, words) if words[0].startswith("-") else commands_of(verbs, words)
    known = names_of(kinds.values()) | ALONE
    assert {word for word in words if word.startswith("-")} <= known


@pytest.mark.parametrize("option", options_alone())
def test_an_option_that_is_named_alone_is_one_of_some_verb(option, verbs):
    commands = [each for command in verbs.values() for each in getattr(command, "commands", {"": command}).values()]
    assert option in names_of(commands) | ALONE


def names_of(commands):
    """The names of all options of some commands."""
    options = [option for command in commands for option in command.params]
    return {name for option in options for name in (*option.opts, *option.secondary_opts)}


def test_there_are_commands_to_look_at():
    assert len(lines()) > 30
    assert mentions()
