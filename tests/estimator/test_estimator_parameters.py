"""A parameter is one line: its constructor, check, help and shell option come from the field."""

import dataclasses
import inspect
from contextlib import suppress
from typing import Annotated

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaeworks import VaeworksError
from vaeworks.cli.options import ELSEWHERE, chosen, parameter_options, written
from vaeworks.estimator.parameters import COUNT, SHARE, Between, OneOf, Pairs, Parameters, fields_of, parameters
from vaeworks.kinds import KINDS

KIND_OF = {field: word for word, kind in KINDS.items() for field in fields_of(kind.parameters())}  # shared ones once
EVERY_FIELD = [(word, field) for field, word in KIND_OF.items()]


def named(part):
    return getattr(part, "name", part)


every_field = pytest.mark.parametrize(("word", "field"), EVERY_FIELD, ids=named)


def excluded(field):
    """Words that no field with limits of this type may have as its value."""
    if field.kind is str:
        return [] if field.limit is None else ["no such word"]
    return {int: ["-7", "1.5"], float: ["-1e30", "nan", "inf"]}.get(field.kind, [])


@parameters(epochs=4)
class Toy(Parameters):
    size: Annotated[int, COUNT, "How large."] = 3
    share: Annotated[float | None, SHARE, "How much of it."] = None
    colour: Annotated[str, OneOf(("red", "blue")), "Of it."] = "red"
    names: Annotated[dict | None, Pairs("name", "KEY=WORD"), "What parts are called."] = None
    sharp: Annotated[bool, "Whether it cuts."] = False


class Knife(Toy):
    """A knife.

    Parameters
    ----------
    {parameters}
    """


def refusal(**given):
    with pytest.raises(VaeworksError) as error:
        Toy(**given).check_parameters()
    return str(error.value)


def test_fields_make_a_constructor_of_keywords():
    assert Knife(size=7).size == 7
    assert all(each.kind == each.KEYWORD_ONLY for each in inspect.signature(Knife).parameters.values())
    with pytest.raises(TypeError):
        Knife(7)


def test_a_default_can_be_another_and_all_else_of_the_field_stays():
    [own] = [field for field in fields_of(Knife) if field.name == "epochs"]
    [usual] = [field for field in fields_of(Parameters) if field.name == "epochs"]
    assert (own.default, Knife().epochs) == (4, 4)
    assert dataclasses.replace(own, default=usual.default) == usual


def test_the_help_of_a_class_lists_its_fields():
    assert "size : int, default 3\n        How large." in Knife.__doc__
    assert "colour : 'red' or 'blue', default 'red'" in Knife.__doc__


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"size": 0}, "size must be a whole number of at least 1, not 0"),
        ({"size": 2.0}, "size must be a whole number of at least 1, not 2.0"),
        ({"size": True}, "size must be a whole number of at least 1, not True"),
        ({"size": None}, "size must be a whole number of at least 1, not None"),
        ({"share": 1.0}, "share must be a number of at least 0 and below 1 or None, not 1.0"),
        ({"share": float("nan")}, "share must be a number of at least 0 and below 1 or None, not nan"),
        ({"colour": "green"}, "colour must be one of red, blue, not 'green'"),
        ({"names": {"a": 1}}, "names must be a dict of names and words or None, not {'a': 1}"),
        ({"sharp": 1}, "sharp must be True or False, not 1"),
    ],
)
def test_a_wrong_value_is_refused_in_one_sentence(given, said):
    assert refusal(**given) == said


def test_numbers_of_numpy_are_numbers():
    Toy(size=np.int64(4), share=np.float32(0.5), sharp=np.True_).check_parameters()


@given(st.one_of(st.integers(), st.floats(allow_nan=False)))
def test_a_limit_is_what_its_text_says(value):
    limit = Between(0, 10, open_above=True)
    assert limit(value) == (0 <= value < 10)
    assert str(limit) == "at least 0 and below 10"


@every_field
def test_every_default_is_allowed(word, field):
    field.check(field.default)


@every_field
def test_every_field_says_what_it_is(word, field):
    assert field.help.endswith(".")


@pytest.mark.parametrize(
    ("word", "field", "bad"), [(*each, bad) for each in EVERY_FIELD for bad in excluded(each[1])], ids=named
)
def test_every_field_refuses_what_its_limit_excludes_in_python_and_in_the_shell_alike(word, field, bad):
    value = bad
    with suppress(ValueError):
        value = field.kind(bad)
    with pytest.raises(VaeworksError) as python:
        field.check(value)
    if field.name not in ELSEWHERE:
        with pytest.raises(VaeworksError) as shell:
            chosen(KINDS[word].parameters(), {field.name: bad})
        assert str(shell.value) == str(python.value).replace(field.name, written(field), 1)


def test_every_field_but_those_of_all_verbs_is_an_option():
    for kind in KINDS.values():
        named = {parameter.name for parameter in parameter_options(kind.parameters())}
        own = {field.name for field in dataclasses.fields(kind.parameters())}
        assert named == own - {"random_state", "device", "verbose", "parts"}


def test_words_of_the_shell_become_values():
    words = {"size": "5", "share": "0.25", "colour": "blue", "names": ["a=b", "c=d=e"], "sharp": True, "epochs": None}
    read = {"size": 5, "share": 0.25, "colour": "blue", "names": {"a": "b", "c": "d=e"}, "sharp": True}
    assert chosen(Toy, words) == read
    assert chosen(Toy, {"share": "none"}) == {"share": None}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"size": "1.5"}, "--size must be a whole number of at least 1, not '1.5'"),
        ({"size": "none"}, "--size must be a whole number of at least 1, not 'none'"),
        ({"names": ["a"]}, "--name takes COLUMN=VALUE, not 'a'"),
        ({"names": ["a=b", "a=c"]}, "--name gives a column two values: give it one"),
    ],
)
def test_a_wrong_word_names_the_option(words, said):
    with pytest.raises(VaeworksError) as error:
        chosen(Toy, words)
    assert str(error.value) == said


def test_the_choices_are_those_of_the_core():
    from vaeworks.core.priors import PRIORS
    from vaeworks.estimator import parameters

    assert parameters.PRIORS == PRIORS
