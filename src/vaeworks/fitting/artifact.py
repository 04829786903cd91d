"""A fitted model on disk: one folder, saved and read as a whole, that holds no pickle."""

import json
import os
import platform
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import VaeworksError
from ..pretrained import CONFIG, names
from .files import resolved, said_plainly
from .folders import folder_written_whole, read_at_once, read_newest, workplace

if TYPE_CHECKING:
    from torch import Tensor

FORMAT = 1
WEIGHTS, AGGREGATED = "model.safetensors", "aggregated.safetensors"
STATE, METRICS, CARD = "data.json", "metrics.json", "card.md"
CONFIG_FIELDS = {"kind": str, "format": int, "parameters": dict, "made_by": dict}
METRICS_FIELDS = {"fit": dict, "history": list}


def save(estimator: Any, folder: Path | str, overwrite: bool = False, compact: bool = False) -> None:
    """Write a fitted estimator into a folder; `compact` as `compacted` says.

    Over an earlier model the files of a model are replaced, and all others stay.

    Raises
    ------
    VaeworksError
        When the folder exists and `overwrite` is not set, when it holds something else than a model, or when it
        cannot be written; what was there stays.
    """
    from safetensors.torch import save_file

    from .compact import compacted

    folder = Path(folder)
    refuse_taken(folder, overwrite)
    weights = {name: tensor.detach().cpu().contiguous() for name, tensor in estimator.model_.state_dict().items()}
    with folder_written_whole(folder, holds_model) as temporary:
        refuse_taken(folder, overwrite)  # again, now that nobody else saves here
        buffers = {
            name: weights.pop(name) for name, _ in estimator.model_.named_buffers() if compact and name in weights
        }
        save_file({**compacted(weights), **buffers} if compact else weights, temporary / WEIGHTS)
        aggregated = estimator.aggregated_
        save_file({} if aggregated is None else aggregated.tensors, temporary / AGGREGATED)
        write_json(temporary / CONFIG, config_of(estimator))
        write_json(temporary / STATE, estimator.data_state())
        write_json(temporary / METRICS, estimator.metrics_)
        (temporary / CARD).write_text(estimator.card(), encoding="utf-8")
        for file in temporary.glob("*.safetensors"):
            file.chmod((temporary / CONFIG).stat().st_mode)  # safetensors lets only the owner read


def refuse_taken(folder: Path, overwrite: bool) -> None:
    """Refuse to save where something is that may not be replaced."""
    if folder.exists() and not overwrite:
        raise VaeworksError(f"{folder} exists already: choose another folder, or pass overwrite (--overwrite)")
    refuse_foreign(folder)


def refuse_foreign(folder: Path) -> None:
    """Refuse a file, or a folder of other things than a model, asked or not."""
    if folder.exists() and not holds_model(folder) and (not folder.is_dir() or any(folder.iterdir())):
        raise VaeworksError(f"{folder} exists and is not a model, so it is not replaced: choose another folder")


def holds_model(folder: Path) -> bool:
    """Whether a folder holds a model of ours, be it damaged; other programs have a config.json too."""
    if not (folder / CONFIG).is_file():
        return False
    try:
        config = read_json(folder / CONFIG)
    except VaeworksError:
        return True
    return isinstance(config, dict) and "made_by" in config


def config_of(estimator: Any) -> dict:
    return {
        "kind": estimator.kind,
        "format": FORMAT,
        "save": secrets.token_hex(8),  # no two saves write the same config, which tells a reader of one
        "parameters": estimator.plain_params(),
        "made_by": {
            "vaeworks": version("vaeworks"),
            "torch": version("torch"),
            "python": platform.python_version(),
            "date": time.strftime("%Y-%m-%d"),
        },
    }


def read_config(folder: Path) -> dict:
    """The config of a model, without importing torch.

    Raises
    ------
    VaeworksError
        When the folder is not a model, is damaged, or was made by a newer version.
    """
    if not folder.exists():
        shipped = "".join(f", or {name}, which ships" for name in names())
        raise VaeworksError(f"there is no model at {folder}: give the folder that fit wrote{shipped}")
    if not (folder / CONFIG).is_file():
        raise VaeworksError(f"{folder} is not a model: it has no {CONFIG}")
    config = read_fields(folder / CONFIG, CONFIG_FIELDS)
    if config["format"] > FORMAT:
        raise VaeworksError(
            f"{folder} was made by a newer vaeworks (format {config['format']}, this one reads {FORMAT}): upgrade"
        )
    return config


def load(folder: Path, class_of: Callable[[str], Any]) -> Any:
    """The estimator that `save` wrote, on the CPU, of the class that `class_of` names for its kind."""
    from .aggregated import AggregatedPosterior
    from .compact import expanded

    def read() -> tuple:
        config = read_config(folder)
        estimator_class, state, metrics = class_of(config["kind"]), read_json(folder / STATE), read_metrics(folder)
        weights, aggregated = read_tensors(folder / WEIGHTS), read_tensors(folder / AGGREGATED, "save" in config)
        return config, estimator_class, state, metrics, weights, aggregated

    with named_damage(folder):
        config, estimator_class, state, metrics, weights, aggregated = read_at_once(folder / CONFIG, read)
        estimator = estimator_class(**config["parameters"])
        estimator.restore(state)
        estimator.model_.load_state_dict(expanded(weights))
        estimator.aggregated_ = AggregatedPosterior(**aggregated) if aggregated else None
    estimator.metrics_, estimator.history_ = metrics, metrics["history"]
    estimator.save_id_ = config.get("save")
    estimator.model_.eval()
    return estimator


@contextmanager
def named_damage(folder: Path) -> Iterator[None]:
    """Turn what damage raises, which is up to torch, safetensors and tokenizers, into one sentence."""
    try:
        yield
    except VaeworksError:
        raise
    except Exception as error:
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise VaeworksError(
            f"the model at {folder} is damaged ({reason}): fit it again or restore its files"
        ) from error


def read_metrics(folder: Path) -> dict:
    """Every figure that `fit` and `evaluate` measured."""
    return read_fields(folder / METRICS, METRICS_FIELDS)


def measured(metrics: dict) -> dict:
    """The scalars that `evaluate` measured last, or else those of the data that `fit` held out or was given."""
    evaluated = {name: value for name, value in metrics.items() if name not in METRICS_FIELDS}
    held_out = {"dataset": "what fit held out or was given as validation", **metrics["fit"]["held_out"]}
    return {name: value for name, value in (evaluated or held_out).items() if not isinstance(value, list)}


def write_metrics(folder: Path, metrics: dict, model: Any = None) -> None:
    """Replace the metrics of a saved model.

    Raises
    ------
    VaeworksError
        When they cannot be written, or when the folder no longer holds the `model` that was loaded from it.
    """
    with said_plainly(folder / METRICS), workplace(folder, holds_model) as temporary:
        if model is not None and read_config(folder).get("save") != model.save_id_:
            raise VaeworksError(
                f"another model was saved to {folder} while this one was measured, so its figures are not kept there: "
                "measure the one that is there now"
            )
        write_json(temporary / METRICS, metrics)
        os.replace(temporary / METRICS, resolved(folder) / METRICS)


def write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False, allow_nan=True), encoding="utf-8")


def read_fields(path: Path, fields: Mapping[str, type]) -> dict:
    """A JSON object that has at least these fields."""
    value = read_json(path)
    if not isinstance(value, dict) or not all(isinstance(value.get(name), kind) for name, kind in fields.items()):
        raise VaeworksError(f"{path} is damaged: restore it, or fit the model again")
    return value


def read_json(path: Path) -> Any:
    try:
        return json.loads(read_newest(path, Path.read_bytes))
    except (OSError, ValueError) as error:
        raise VaeworksError(
            f"{path} is missing or damaged ({str(error).splitlines()[0]}): restore it, or fit the model again"
        ) from error


def read_tensors(path: Path, needed: bool = True) -> "dict[str, Tensor]":
    """The tensors of a file; none where it is missing and not needed, as with models of earlier versions."""
    from safetensors.torch import load_file

    try:
        return read_newest(path, load_file)
    except FileNotFoundError:
        if needed:
            raise
        return {}
