"""The whole public surface as plain data: parameters of each estimator, options of each verb.

`python -m tests.golden.surface` writes it anew, so that a change of it is seen in a review.
"""

import json
from pathlib import Path

import typer

KEPT = Path(__file__).with_name("surface.json")


def surface():
    from vaeworks.kinds import KINDS

    parameters = {
        name: {parameter: repr(value) for parameter, value in kind.estimator_class()().get_params().items()}
        for name, kind in KINDS.items()
    }
    return {"parameters": parameters, "options": dict(sorted(options()))}


def options():
    from vaeworks.cli.main import build

    for verb, command in typer.main.get_command(build()).commands.items():
        for kind, own in getattr(command, "commands", {"": command}).items():
            yield f"{verb} {kind}".strip(), ["/".join(parameter.opts) for parameter in own.params]


if __name__ == "__main__":
    KEPT.write_text(json.dumps(surface(), indent=1) + "\n", encoding="utf-8")
