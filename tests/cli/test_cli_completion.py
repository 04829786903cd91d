"""What a shell offers while a command is typed: what `vae --install-completion` writes asks for it."""

import os
import subprocess
import sys

import pytest

ENTRY = "from vaeworks.cli.main import entry; entry()"


def offered(*words):
    """The words that bash is offered for the last of these."""
    asked = {"_VAE_COMPLETE": "complete_bash", "COMP_WORDS": " ".join(("vae", *words)), "COMP_CWORD": str(len(words))}
    command = [sys.executable, "-c", ENTRY]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **asked}, check=True)
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["eval"], ["evaluate"]),
        (["fit", "t"], ["text", "tabular"]),
        (["fit", "text", "my.csv", "--label-d"], ["--label-delay"]),
        (["evaluate", "nowhere", "--samp"], []),
        (["evaluate", "mod"], []),
        (["fit", "sounds", "--lab"], []),
    ],
    ids=" ".join,
)
def test_words_that_may_stand_here_are_offered(words, expected):
    assert sorted(offered(*words)) == sorted(expected)


def test_the_options_of_a_model_are_those_of_its_kind(model):
    assert offered("sample", str(model), "--temp") == ["--temperature"]
    assert offered("sample", str(model), "--whe") == []
