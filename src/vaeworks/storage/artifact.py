"""A fitted model on disk: one folder, saved and read as a whole, that holds no pickle."""

import platform
import secrets
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import VaeworksError
from ..files import put_in_place, resolved, said_plainly
from ..finite import broken_weight, dumps, first_not_finite, loads, nulled
from ..pretrained import CONFIG, names
from .digests import DIGESTS, SETTINGS, check_digests, check_form, digest_of_settings, digests_of, id_of
from .fitted import Fitted
from .folders import folder_written_whole, read_at_once, read_newest, workplace
from .old_names import current

if TYPE_CHECKING:
    from torch import Tensor

FORMAT = 1
WEIGHTS = "model.safetensors"
STATE, METRICS, CARD = "data.json", "metrics.json", "card.md"
MODEL_ID = "model_id"
CONFIG_FIELDS = {"kind": str, "format": int, "parameters": dict, "made_by": dict}
METRICS_FIELDS = {"fit": dict, "history": list}
FURTHER_BEFORE = ["aggregated"]  # what stood beside the weights, if anything, before the config named it


def save(estimator: Fitted, folder: Path | str, overwrite: bool = False, compact: bool = False) -> None:
    """Write a fitted estimator into a folder; `compact` as `compacted` says.

    Over an earlier model the files of a model are replaced, and all others stay.

    Raises
    ------
    VaeworksError
        When the folder exists and `overwrite` is not set, when it holds something else than a model, when it cannot be
        written, or when a weight is not finite; what was there stays.
    """
    from safetensors.torch import save as to_bytes

    from .compact import compacted

    folder = Path(folder)
    refuse_taken(folder, overwrite)
    weights = {name: tensor.detach().cpu().contiguous() for name, tensor in estimator.model_.state_dict().items()}
    further = estimator.further_weights()
    check_finite(weights, "fit it again")
    for name, tensors in further.items():
        check_finite({f"{name}.{part}": tensor for part, tensor in tensors.items()}, "fit it again")
    if compact:
        buffers = {name: weights.pop(name) for name, _ in estimator.model_.named_buffers() if name in weights}
        weights = compacted(weights) | buffers
        check_finite(weights, "it is too large for half precision, so save without compact")
    with folder_written_whole(folder, holds_model) as temporary:
        refuse_taken(folder, overwrite)  # again, now that nobody else saves here
        for name in set(further_before(folder)) - set(further):
            (temporary / tensors_of(name)).touch()  # an empty file takes away the one in its place
        (temporary / WEIGHTS).write_bytes(to_bytes(weights))
        for name, tensors in further.items():
            (temporary / tensors_of(name)).write_bytes(to_bytes(tensors))
        write_json(temporary / STATE, estimator.reader_.to_state())
        config = config_of(estimator, list(further))
        config[DIGESTS] = digests_of(temporary, files_of(further)) | {SETTINGS: digest_of_settings(config)}
        write_json(temporary / CONFIG, config)
        write_json(temporary / METRICS, nulled(estimator.metrics_) | {MODEL_ID: id_of(config)})
        write_text(temporary / CARD, f"{estimator.card()}\nModel {id_of(config)}, by the digests of its files.\n")


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


def further_before(folder: Path) -> list[str]:
    """The names of what stands beside the weights of the model that a save replaces."""
    try:
        return read_config(folder).get("further", FURTHER_BEFORE)
    except VaeworksError:
        return FURTHER_BEFORE if holds_model(folder) else []


def files_of(further: Iterable[str]) -> list[str]:
    """Those that decide what a model answers."""
    return [WEIGHTS, STATE, *map(tensors_of, further)]


def tensors_of(name: str) -> str:
    return f"{name}.safetensors"


def check_finite(weights: Mapping[str, Any], mend: str) -> None:
    broken = first_not_finite(weights.items())
    if broken:
        raise VaeworksError(f"the model is not saved, since {broken} would not be finite in it: {mend}")


def config_of(estimator: Fitted, further: list[str]) -> dict:
    return {
        "kind": estimator.kind,
        "format": FORMAT,
        "save": secrets.token_hex(8),  # no two saves write the same config, which tells a reader of one
        "further": further,
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
        shipped = ", ".join(names())
        raise VaeworksError(
            f"there is no model at {folder}: give the folder that fit wrote, or one that ships ({shipped})"
        )
    if not (folder / CONFIG).is_file():
        raise VaeworksError(f"{folder} is not a model: it has no {CONFIG}")
    config = read_fields(folder / CONFIG, CONFIG_FIELDS)
    if config["format"] > FORMAT:
        raise VaeworksError(
            f"{folder} was made by a newer vaeworks (format {config['format']}, this one reads {FORMAT}): upgrade"
        )
    if not all(isinstance(name, str) and name.isidentifier() for name in config.get("further", [])):
        raise VaeworksError(f"{folder / CONFIG} names files that are none of a model's: restore it, or fit it again")
    check_form(folder / CONFIG, config.get(DIGESTS))
    return config


def load(folder: Path, class_of: Callable[[str], Any], parts: dict[str, Any] | None = None) -> Any:
    """The estimator that `save` wrote, on the CPU, of the class that `class_of` names for its kind.

    `parts` are those of its maker's own: a name in a file is never imported.
    """

    def read() -> tuple:
        config = read_config(folder)
        check_digests(folder, config, files_of(config.get("further", ())))
        estimator_class, state, metrics = class_of(config["kind"]), read_json(folder / STATE), read_metrics(folder)
        return config, estimator_class, state, metrics, read_tensors(folder / WEIGHTS), read_further(folder, config)

    with named_damage(folder):
        config, estimator_class, state, metrics, weights, further = read_at_once(folder / CONFIG, read)
        parameters = dict(config["parameters"])
        check_handed_over(folder, parameters.pop("parts", []), parts or {})
        estimator = estimator_class(**parameters, **({"parts": parts} if parts else {}))
        estimator.check_parameters()
        check_shapes(estimator, state, weights)
        estimator.restore(state)
        restore_weights(estimator, weights, further)
    estimator.metrics_, estimator.history_ = metrics, metrics["history"]
    estimator.save_id_ = config.get("save")
    estimator.model_.eval()
    return estimator


def check_handed_over(folder: object, wanted: Collection[str], given: Collection[str]) -> None:
    """Refuse to load a model with other parts than it was made with."""
    if missing := sorted(set(wanted) - set(given)):
        hint = ", ".join(f"{name!r}: ..." for name in missing)
        raise VaeworksError(
            f"the model at {folder} was made with parts of its maker's own ({', '.join(missing)}): hand the same ones "
            f"over in Python, load(folder, parts={{{hint}}})"
        )
    if unknown := sorted(set(given) - set(wanted)):
        raise VaeworksError(f"the model at {folder} has its own {unknown[0]}: leave {unknown[0]!r} out of parts")


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


def read_tensors(path: Path) -> "dict[str, Tensor]":
    from safetensors.torch import load_file

    return read_newest(path, load_file)


def read_further(folder: Path, config: dict) -> "dict[str, dict[str, Tensor]]":
    """What stands beside the weights, as the aggregated posterior, by name; no file that the config does not name."""
    further = {}
    for name in config.get("further", FURTHER_BEFORE):
        try:
            further[name] = read_tensors(folder / tensors_of(name))
        except FileNotFoundError:
            if "further" in config:
                raise
    return further


def check_shapes(estimator: Fitted, state: dict, weights: "dict[str, Tensor]") -> None:
    """Compare the sizes of a config with those of the weights, before a model of them gets any memory, where it can be.

    Raises
    ------
    ValueError
    """
    import torch

    from .compact import expanded

    try:
        with torch.device("meta"):
            estimator.restore(state)
    except (NotImplementedError, RuntimeError):  # a part that computes while it is made
        return
    sizes = {name: tensor.shape for name, tensor in expanded(weights).items()}
    for name, own in estimator.model_.state_dict().items():
        if sizes.get(name) != own.shape:
            raise ValueError(f"{name} is {list(sizes.get(name, ()))}, and by its config {list(own.shape)}")


def restore_weights(estimator: Fitted, weights: "dict[str, Tensor]", further: "dict[str, dict[str, Tensor]]") -> None:
    """Those of the model, and what stands beside.

    Raises
    ------
    ValueError
        When some are not finite, among others that mean damage.
    """
    from .compact import expanded

    estimator.model_.load_state_dict(expanded(weights))
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
    evaluated = {name: value for name, value in current(metrics).items() if name not in (*METRICS_FIELDS, MODEL_ID)}
    held_out = {"dataset": "what fit held out or was given as validation", **metrics["fit"]["held_out"]}
    return {name: value for name, value in (evaluated or held_out).items() if not isinstance(value, list)}


def write_metrics(folder: Path, metrics: dict, model: Fitted | None = None) -> None:
    """Replace the metrics of a saved model.

    Raises
    ------
    VaeworksError
        When they cannot be written, or when the folder no longer holds the `model` that was loaded from it.
    """
    with said_plainly(folder / METRICS), workplace(folder, holds_model) as temporary:
        config = read_config(folder)
        if model is not None and config.get("save") != model.save_id_:
            raise VaeworksError(
                f"another model was saved to {folder} while this one was measured, so its figures are not kept there: "
                "measure the one that is there now"
            )
        write_json(temporary / METRICS, nulled(metrics) | {MODEL_ID: id_of(config)})
        put_in_place(temporary / METRICS, resolved(folder) / METRICS)


def write_json(path: Path, value: Any) -> None:
    write_text(path, dumps(value, indent=1))


def write_text(path: Path, text: str) -> None:
    """In UTF-8, halves of characters as JSON escapes them."""
    path.write_text(text, encoding="utf-8", errors="backslashreplace")


def read_text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def read_fields(path: Path, fields: Mapping[str, type]) -> dict:
    """A JSON object that has at least these fields."""
    value = read_json(path)
    if not isinstance(value, dict) or not all(isinstance(value.get(name), kind) for name, kind in fields.items()):
        raise VaeworksError(f"{path} is damaged: restore it, or fit the model again")
    return value


def read_json(path: Path) -> Any:
    try:
        return loads(read_newest(path, read_text))
    except (OSError, ValueError) as error:
        raise VaeworksError(
            f"{path} is missing or damaged ({str(error).splitlines()[0]}): restore it, or fit the model again"
        ) from error
