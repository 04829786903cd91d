"""What can befall a model, a file of data, an archive and a fit; each trial is called with its chance and a folder."""

import json
import multiprocessing
import time
from functools import partial

import numpy as np
from PIL import Image
from safetensors.numpy import load_file

from vaeworks import VaeworksError, load
from vaeworks.datasets import (
    load_images,
    load_interactions,
    load_pairs,
    load_photos,
    load_series,
    load_table,
    load_texts,
)
from vaeworks.kinds import KINDS
from vaeworks.storage.artifact import read_config
from vaeworks.storage.digests import DIGESTS, SETTINGS, digest_of_settings, digests_of
from vaeworks.storage.session import Session

from ..golden.cases import CASES, HERE, STREAMS, answers, mixed_table, sentences, squares, translations, waves
from .mutations import mutated, mutated_json
from .processes import Verdict

EPOCHS = 6
ESTIMATORS = [kind.estimator_class() for kind in KINDS.values()]  # imported once, before processes part


def refused(error):
    """A refusal, which is one line."""
    said = str(error)
    return Verdict("refused", len(said) > 20 and "\n" not in said, said)


def altered_model(kind, random, folder):
    """One file of a model is damaged; half of the time by one who knows how to make its digests fit."""
    model = load(HERE / f"{kind}-0.1")
    model.save(folder / "model")
    before = answers(kind, model)
    files = sorted(path for path in (folder / "model").iterdir() if path.name != "card.md")
    file = files[int(random.integers(len(files)))]
    content = file.read_bytes()
    if file.suffix == ".json" and random.random() < 0.5:
        changed = mutated_json(content.decode(), random).encode("utf-8", "replace")
    else:
        changed = mutated(content, random)
    file.write_bytes(changed)
    fitting = random.random() < 0.5 and with_fitting_digests(folder / "model")
    try:
        after = answers(kind, load(folder / "model"))
    except VaeworksError as error:
        return refused(error)
    if all(np.array_equal(before[name], after[name]) for name in before):
        return Verdict("as before", True)
    if not all(np.isfinite(said).all() for said in after.values() if said.dtype.kind == "f"):
        return Verdict("not finite", False, f"{file.name}")
    return Verdict("another model", True) if fitting else Verdict("another answer", False, f"{file.name} was changed")


def with_fitting_digests(folder):
    """Whether the config could be read and its digests were made to fit."""
    try:
        config = read_config(folder)
        files = [name for name in config[DIGESTS] if name != SETTINGS]
        config[DIGESTS] = digests_of(folder, files) | {SETTINGS: digest_of_settings(config)}
        (folder / "config.json").write_text(json.dumps(config))
    except (VaeworksError, OSError, KeyError, TypeError):
        return False
    return True


def altered_file(write, read, random, folder):
    """A file of data is damaged: it is read, as what it says now, or refused."""
    path = write(folder)
    files = sorted(path.rglob("*.*")) if path.is_dir() else [path]
    file = files[int(random.integers(len(files)))]
    file.write_bytes(mutated(file.read_bytes(), random))
    try:
        found = read(path).whole()
    except VaeworksError as error:
        return refused(error)
    return Verdict("read", len(found) > 0)


def altered_archive(kind, random, folder):
    """An archive is damaged: it is refused, or gives what it held."""
    model = load(HERE / f"{kind}-0.1")
    content = (HERE / f"{kind}-0.1" / "stream.vae").read_bytes()
    try:
        found = model.decompress(mutated(content, random))
    except VaeworksError as error:
        return refused(error)
    same = np.array_equal(np.stack(found), np.stack(model.decompress(content)))
    return Verdict("as before", True) if same else Verdict("another answer", False)


def killed_fit(kind, random, folder):
    """A fit is killed at some moment, and goes on to the weights that it would have had."""
    began = time.monotonic()
    fit(kind, folder / "whole", {})
    seconds = time.monotonic() - began
    process = multiprocessing.get_context("fork").Process(target=fit, args=(kind, folder / "model", {}))
    process.start()
    process.join(random.uniform(0, 1.2 * seconds))
    process.kill()
    process.join()
    if names_in(folder) != ["model", "whole"]:  # the next use goes on, or clears away what lies about
        begun = (folder / "model.unfinished" / "state.safetensors").exists()
        fit(kind, folder / "model", {"resume": True} if begun else {"overwrite": True})
    whole, again = (load_file(folder / name / "model.safetensors") for name in ("whole", "model"))
    if not all(np.array_equal(whole[name], again[name], equal_nan=True) for name in whole):
        return Verdict("other weights", False)
    left = names_in(folder)
    return Verdict("went on", left == ["model", "whole"], f"left behind: {left}")


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def fit(kind, folder, how):
    import torch

    torch.set_num_threads(1)
    estimator, data = CASES[kind]
    estimator = estimator()
    estimator.set_params(epochs=min(EPOCHS, estimator.epochs)).fit(*data(), session=Session(folder, **how))


def table_of_sentences(names=("text", "label")):
    import pyarrow as pa

    texts, labels = sentences()
    return pa.table({names[0]: texts, names[1]: labels})


def table_of_ratings():
    import pyarrow as pa

    people = np.arange(600) % 60
    return pa.table({"user": people, "item": np.arange(600) * 7 % 31, "rating": np.arange(600) % 5 + 1})


def table_of_pairs():
    import pyarrow as pa

    sources, targets = translations()
    return pa.table({"source": sources, "target": targets})


def table_of_waves():
    import pyarrow as pa

    times = np.datetime64("2020-01-01") + np.arange(200)
    return pa.table({"time": times, **{f"x{place}": column for place, column in enumerate(waves()[0].T)}})


def written(table, form, folder):
    import pyarrow.csv
    import pyarrow.parquet

    path = folder / f"data{form}"
    if form == ".parquet":
        pyarrow.parquet.write_table(table(), path)
    elif form == ".jsonl":
        path.write_text("".join(json.dumps(row, default=str) + "\n" for row in table().to_pylist()))
    elif form == ".txt":
        path.write_text("\n".join(table().column(0).to_pylist()))
    else:
        options = pyarrow.csv.WriteOptions(delimiter="\t" if form == ".tsv" else ",")
        pyarrow.csv.write_csv(table(), path, options)
    return path


def arrays(form, folder):
    path = folder / f"data{form}"
    images = squares()[0][:20]
    if form == ".npy":
        np.save(path, images)
    else:
        np.savez_compressed(path, images=images, labels=np.arange(20) % 2)
    return path


def pictures(form, folder):
    for name in ("one", "two"):
        (folder / "pictures" / name).mkdir(parents=True)
    for place, image in enumerate(squares()[0][:6]):
        image = np.repeat(np.repeat(image, 4, 0), 4, 1)
        Image.fromarray(image).save(folder / "pictures" / ("one", "two")[place % 2] / f"{place}{form}")
    return folder / "pictures"


FILES = {
    "texts": (load_texts, partial(written, table_of_sentences), (".csv", ".tsv", ".jsonl", ".parquet", ".txt")),
    "table": (load_table, partial(written, lambda: mixed_table()[0]), (".csv", ".tsv", ".jsonl", ".parquet")),
    "interactions": (load_interactions, partial(written, table_of_ratings), (".csv", ".parquet")),
    "pairs": (load_pairs, partial(written, table_of_pairs), (".csv", ".tsv", ".jsonl", ".parquet")),
    "series": (load_series, partial(written, table_of_waves), (".csv", ".parquet")),
    "arrays": (load_images, arrays, (".npy", ".npz")),
    "images": (load_images, pictures, (".png", ".jpg", ".webp", ".tiff", ".bmp", ".gif")),
    "photos": (load_photos, pictures, (".png", ".jpg")),
}
MODELS = {f"model {kind}": partial(altered_model, kind) for kind in CASES}
DATA = {
    f"{name} {form}": partial(altered_file, partial(write, form), read)
    for name, (read, write, forms) in FILES.items()
    for form in forms
}
ARCHIVES = {f"archive {kind}": partial(altered_archive, kind) for kind in STREAMS}
KILLS = {f"kill {kind}": partial(killed_fit, kind) for kind in CASES}
TRIALS = MODELS | DATA | ARCHIVES | KILLS
