"""Help has examples, and answers without torch."""

import json
import subprocess
import sys

import pytest

VERBS = ["fit", "evaluate", "reconstruct", "predict", "encode", "sample", "interpolate", "traverse", "manifold"]
VERBS += ["decode", "impute", "anomalies", "map", "report", "info", "datasets"]
LIGHT_WORDS = [
    ["--help"],
    *(["fit", kind, "--help"] for kind in ("text", "image", "tabular")),
    ["sample", "--help"],
    ["datasets"],
]
WITHOUT_TORCH = """
import json, sys
from vaeworks.cli.main import main
import vaeworks
sys.argv = ["vae", *json.loads(sys.argv[1])]
try:
    main()
finally:
    heavy = {"torch", "sklearn", "numpy", "pyarrow", "safetensors.torch", "lightning_fabric", "matplotlib"}
    print("imported:", *sorted(heavy & sys.modules.keys()))
"""


@pytest.mark.parametrize("words", [[], ["--help"]])
def test_vae_alone_shows_every_verb(vae, words):
    result = vae(*words)
    assert (result.code, result.err) == (0, "")
    assert [verb for verb in VERBS if f"\n  {verb} " not in result.out] == []


@pytest.mark.parametrize("words", [[verb] for verb in VERBS] + [["fit", "text"], ["fit", "image"]], ids=" ".join)
def test_every_help_page_has_an_example(vae, words):
    result = vae(*words, "--help")
    assert (result.code, result.err) == (0, "")
    assert "Examples:" in result.out
    assert f"  vae {words[0]}" in result.out


def test_a_models_own_help_names_the_options_of_its_kind(vae, model):
    assert "--temperature" in vae("sample", model, "--help").out


@pytest.mark.parametrize("words", LIGHT_WORDS, ids=" ".join)
def test_help_imports_nothing_heavy(words):
    command = [sys.executable, "-c", WITHOUT_TORCH, json.dumps(words)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[-1].split() == ["imported:"]
    assert run.stderr == ""


def test_info_needs_no_torch(model):
    command = [sys.executable, "-c", WITHOUT_TORCH, json.dumps(["info", str(model)])]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "torch" not in run.stdout.splitlines()[-1]


@pytest.mark.parametrize(("words", "code", "starts"), [(["datasets", "--json"], 0, '{"rows": ['), (["nope"], 2, "")])
def test_the_process_ends_with_all_its_output_and_its_code(words, code, starts):
    command = [sys.executable, "-c", "from vaeworks.cli.main import entry; entry()", *words]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stdout.startswith(starts)) == (code, True)
    assert done.stdout.endswith("}\n") if starts else done.stderr == "vae: No such command 'nope'.\n"
