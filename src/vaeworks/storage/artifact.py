"""A fitted model on disk: one folder, written whole, that holds no pickle."""

import platform
import time
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ..errors import VaeworksError
from ..files import folder_written_whole, written_whole
from ..finite import broken_weight, dumps, first_not_finite, loads, nulled
from ..pretrained import CONFIG, names

FORMAT = 1
WEIGHTS = "model.safetensors"
STATE, METRICS, CARD = "data.json", "metrics.json", "card.md"
CONFIG_FIELDS = {"kind": str, "format": int, "parameters": dict, "made_by": dict}
METRICS_FIELDS = {"fit": dict, "history": list}


def save(estimator: Any, folder: Path | str, overwrite: bool = False, compact: bool = False) -> None:
    """Write a fitted estimator into a folder; `compact` as `compacted` says.

    Raises
    ------
    VaeworksError
        When the folder exists and `overwrite` is not set, when it cannot be written, or when a weight is not finite;
        what was there stays.
    """
    from safetensors.torch import save_file

    from .compact import compacted

    folder = Path(folder)
    if folder.exists() and not overwrite:
        raise VaeworksError(f"{folder} exists already: choose another folder, or pass overwrite (--overwrite)")
    weights = {name: tensor.detach().cpu().contiguous() for name, tensor in estimator.model_.state_dict().items()}
    further = estimator.further_weights()
    check_finite(weights, "fit it again")
    for name, tensors in further.items():
        check_finite({f"{name}.{part}": tensor for part, tensor in tensors.items()}, "fit it again")
    if compact:
        buffers = {name: weights.pop(name) for name, _ in estimator.model_.named_buffers() if name in weights}
        weights = compacted(weights) | buffers
        check_finite(weights, "it is too large for half precision, so save without compact")
    with folder_written_whole(folder) as temporary:
        save_file(weights, temporary / WEIGHTS)
        for name, tensors in further.items():
            save_file(tensors, temporary / f"{name}.safetensors")
        write_json(temporary / CONFIG, config_of(estimator))
        write_json(temporary / STATE, estimator.reader_.to_state())
        write_json(temporary / METRICS, nulled(estimator.metrics_))
        write_text(temporary / CARD, estimator.card())
        for file in temporary.glob("*.safetensors"):
            file.chmod((temporary / CONFIG).stat().st_mode)  # safetensors lets only the owner read


def check_finite(weights: Mapping[str, Any], mend: str) -> None:
    broken = first_not_finite(weights.items())
    if broken:
        raise VaeworksError(f"the model is not saved, since {broken} would not be finite in it: {mend}")


def config_of(estimator: Any) -> dict:
    return {
        "kind": estimator.kind,
        "format": FORMAT,
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


def load(folder: Path, estimator_class: Any) -> Any:
    """The estimator that `save` wrote, on the CPU."""
    config = read_config(folder)
    try:
        estimator = estimator_class(**config["parameters"])
        estimator.restore(read_json(folder / STATE))
        load_weights(estimator, folder)
    except VaeworksError:
        raise
    except Exception as error:  # what damage raises is up to torch, safetensors and tokenizers
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise VaeworksError(
            f"the model at {folder} is damaged ({reason}): fit it again or restore its files"
        ) from error
    estimator.metrics_ = read_metrics(folder)
    estimator.history_ = estimator.metrics_["history"]
    estimator.model_.eval()
    return estimator


def load_weights(estimator: Any, folder: Path) -> None:
    """Those of the model, and what stands beside, as the aggregated posterior.

    Raises
    ------
    ValueError
        When some are not finite, among others that mean damage.
    """
    from safetensors.torch import load_file

    from .compact import expanded

    estimator.model_.load_state_dict(expanded(load_file(folder / WEIGHTS)))
    further = {path.stem: load_file(path) for path in folder.glob("*.safetensors") if path.name != WEIGHTS}
    broken = broken_weight(estimator.model_)
    for name, tensors in further.items():
        broken = broken or first_not_finite((f"{name}.{part}", tensor) for part, tensor in tensors.items())
    if broken:
        raise ValueError(f"{broken} is not finite")
    estimator.restore_further(further)


def read_metrics(folder: Path) -> dict:
    """Every figure that `fit` and `evaluate` measured; None where there is none."""
    return nulled(read_fields(folder / METRICS, METRICS_FIELDS))


def measured(metrics: dict) -> dict:
    """The scalars that `evaluate` measured last, or else those of the data that `fit` held out or was given."""
    evaluated = {name: value for name, value in metrics.items() if name not in METRICS_FIELDS}
    held_out = {"dataset": "what fit held out or was given as validation", **metrics["fit"]["held_out"]}
    return {name: value for name, value in (evaluated or held_out).items() if not isinstance(value, list)}


def write_metrics(folder: Path, metrics: dict) -> None:
    """Replace the metrics of a saved model."""
    with written_whole(folder / METRICS) as temporary:
        write_json(temporary, nulled(metrics))


def write_json(path: Path, value: Any) -> None:
    write_text(path, dumps(value, indent=1))


def write_text(path: Path, text: str) -> None:
    """In UTF-8, halves of characters as JSON escapes them."""
    path.write_text(text, encoding="utf-8", errors="backslashreplace")


def read_fields(path: Path, fields: Mapping[str, type]) -> dict:
    """A JSON object that has at least these fields."""
    value = read_json(path)
    if not isinstance(value, dict) or not all(isinstance(value.get(name), kind) for name, kind in fields.items()):
        raise VaeworksError(f"{path} is damaged: restore it, or fit the model again")
    return value


def read_json(path: Path) -> Any:
    try:
        return loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise VaeworksError(
            f"{path} is missing or damaged ({str(error).splitlines()[0]}): restore it, or fit the model again"
        ) from error
