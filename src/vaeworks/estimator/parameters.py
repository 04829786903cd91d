"""A parameter is one line: a field that gives the constructor, its check, its help, and its option in the shell.

    epochs: Annotated[int, COUNT, "The most passes over the data."] = 6

It imports nothing heavy, so that the shell's help can read it.
"""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from inspect import get_annotations
from numbers import Integral, Real
from types import NoneType, UnionType
from typing import Annotated, Any, Protocol, Union, dataclass_transform, get_args, get_origin, get_type_hints

from ..errors import VaeworksError

PRIORS = ("normal", "mixture", "vamp", "flow")
DEVICES = ("auto", "cpu", "cuda", "mps")
PRECISIONS = ("32-true", "bf16-mixed")


class Limit(Protocol):
    """What a value of the right type must be; its text completes "must be"."""

    def __call__(self, value: Any) -> bool: ...


@dataclass(frozen=True)
class Between:
    """A number from `least` to `most`, ends included unless they are `open`."""

    least: float
    most: float = float("inf")
    open_below: bool = False
    open_above: bool = False

    def __call__(self, value: Any) -> bool:
        above = value > self.least if self.open_below else value >= self.least
        return bool(above and (value < self.most if self.open_above else value <= self.most))

    def __str__(self) -> str:
        low = f"above {self.least:g}" if self.open_below else f"at least {self.least:g}"
        if self.most == float("inf"):
            return low
        return f"{low} and {'below' if self.open_above else 'at most'} {self.most:,.10g}"


@dataclass(frozen=True)
class Multiple:
    """A multiple of a whole number, at least that number."""

    of: int

    def __call__(self, value: Any) -> bool:
        return bool(value > 0 and value % self.of == 0)

    def __str__(self) -> str:
        return f"that is a multiple of {self.of}"


@dataclass(frozen=True)
class OneOf:
    """One of some words."""

    words: tuple[str, ...]

    def __call__(self, value: Any) -> bool:
        return value in self.words

    def __str__(self) -> str:
        return "one of " + ", ".join(self.words)


@dataclass(frozen=True)
class Pairs:
    """Names and words; `option` and `metavar` are how the shell has one of them."""

    option: str
    metavar: str

    def __call__(self, value: Any) -> bool:
        return all(isinstance(part, str) for pair in value.items() for part in pair)

    def __str__(self) -> str:
        return "of names and words"


@dataclass(frozen=True)
class Parts:
    """Modules by the names of a model's parts, or what makes them."""

    names: tuple[str, ...]

    def __call__(self, value: Any) -> bool:
        return set(value) <= set(self.names) and all(map(callable, value.values()))

    def __str__(self) -> str:
        return f"of modules, or what makes them, by {', '.join(self.names)}"


COUNT, WHOLE = Between(1), Between(0)
DEPTH = Between(1, 100)  # of layers: a config could ask for a thousand million
POSITIVE, NOT_NEGATIVE = Between(0, 1e9, open_below=True, open_above=True), Between(0, 1e9, open_above=True)
SHARE = Between(0, 1, open_above=True)
SEED = Between(0, 2**32 - 1)


@dataclass(frozen=True)
class Field:
    """One parameter.

    Attributes
    ----------
    name, help : str
    kind : type
        int, float, str, bool, dict or object.
    optional : bool
        Whether it may be None.
    limit : Limit or None
    default : object
    """

    name: str
    kind: type
    optional: bool
    limit: Limit | None
    help: str
    default: Any

    def check(self, value: Any, called: str | None = None) -> None:
        """Refuse a value of another type, or outside the limit; `called` is the name to say.

        Raises
        ------
        VaeworksError
        """
        if value is None and self.optional:
            return
        if not is_a(value, self.kind) or (self.limit is not None and not self.limit(value)):
            raise VaeworksError(f"{called or self.name} must be {self.allowed()}, not {value!r}")

    def allowed(self) -> str:
        """What it may be, in words."""
        noun = {int: "a whole number", float: "a number", bool: "True or False", str: "text", dict: "a dict"}
        words = noun.get(self.kind, "anything")
        if isinstance(self.limit, OneOf):
            words = str(self.limit)
        elif self.limit is not None:
            words = f"{words} of {self.limit}" if str(self.limit).startswith("at") else f"{words} {self.limit}"
        return words + (" or None" if self.optional else "")

    def documented(self) -> str:
        """Its lines in a docstring."""
        kind = " or ".join(repr(word) for word in self.limit.words) if isinstance(self.limit, OneOf) else None
        typed = (kind or self.kind.__name__) + (" or None" if self.optional else "")
        return f"{self.name} : {typed}, default {self.default!r}\n    {self.help}"


def is_a(value: Any, kind: type) -> bool:
    """Whether a value is of a type; numpy's numbers are numbers, truth values are not, and NaN is none."""
    if kind is object:
        return True
    if kind in (int, float):
        number = isinstance(value, Integral if kind is int else Real) and not is_truth(value)
        return number and value == value
    return is_truth(value) if kind is bool else isinstance(value, kind)


def is_truth(value: Any) -> bool:
    return isinstance(value, bool) or type(value).__name__ in ("bool", "bool_")  # numpy's, which is not imported here


def fields_of(parameters: type) -> list[Field]:
    """The fields of a class of parameters, in the order in which they are declared."""
    declared = next(base for base in parameters.__mro__ if "__dataclass_fields__" in vars(base))
    hints = get_type_hints(declared, include_extras=True)
    return [made(field, hints[field.name]) for field in dataclasses.fields(declared)]


def made(field: dataclasses.Field, hint: Any) -> Field:
    annotation, *marks = get_args(hint)
    limit = next((mark for mark in marks if not isinstance(mark, str)), None)
    help = next(mark for mark in marks if isinstance(mark, str))
    kinds = get_args(annotation) if get_origin(annotation) in (UnionType, Union) else (annotation,)
    kind = next(kind for kind in kinds if kind is not NoneType)
    return Field(field.name, object if kind is Any else kind, NoneType in kinds, limit, help, field.default)


@dataclass_transform(kw_only_default=True, eq_default=False)
def parameters(**defaults: Any) -> Callable[[type[Any]], type[Any]]:
    """Make a dataclass of parameters; `defaults` are other ones of fields that it inherits."""

    def made_of(cls: type[Any]) -> type[Any]:
        inherited = {name: hint for base in reversed(cls.__mro__[1:]) for name, hint in get_annotations(base).items()}
        for name, value in defaults.items():
            cls.__annotations__[name] = inherited[name]
            setattr(cls, name, value)
        return dataclass(kw_only=True, eq=False, repr=False)(cls)

    return made_of


@parameters()
class Parameters:
    """What every kind of data can set."""

    latent_dim: Annotated[int, COUNT, "Units of z."] = 32
    prior: Annotated[str, OneOf(PRIORS), "Of z."] = "normal"
    rate: Annotated[
        float | None, NOT_NEGATIVE, "Nats of KL that training holds by moving beta; None or 0 trains the plain bound."
    ] = None
    free_bits: Annotated[float, NOT_NEGATIVE, "Nats a unit below which its KL is not pushed."] = 0.0
    kl_warmup: Annotated[
        float, NOT_NEGATIVE, "Epochs over which beta grows from 0 to 1 where training holds no rate."
    ] = 0.0
    dropout: Annotated[float, SHARE, "Share of its features that the encoder goes without while training."] = 0.0
    epochs: Annotated[int, COUNT, "The most passes over the data."] = 10
    batch_size: Annotated[int, COUNT, "Examples a step."] = 100
    learning_rate: Annotated[float, POSITIVE, "At first; it falls to zero along a cosine."] = 2e-3
    patience: Annotated[
        int | None, COUNT, "Epochs without a better validation loss after which training stops; None never stops."
    ] = None
    averaging: Annotated[
        float | None, SHARE, "Decay of the moving average of the weights, which is what is kept; None keeps the last."
    ] = 0.99
    validation_fraction: Annotated[
        float, SHARE, "Share of the examples held out where the fit is given no validation data."
    ] = 0.1
    random_state: Annotated[int, SEED, "Seed of every draw."] = 0
    device: Annotated[str, OneOf(DEVICES), "Where to compute; auto takes a GPU where there is one."] = "auto"
    precision: Annotated[str, OneOf(PRECISIONS), "Of training; distributions stay in single precision."] = "32-true"
    verbose: Annotated[bool, "Show a progress bar with the time left."] = False
    parts: Annotated[
        dict | None,
        Parts(("encoder", "posterior", "prior", "decoder", "aside")),
        "Parts of your own in the place of the model's, each an nn.Module, of which the fit takes a copy, or a class "
        "or function that makes one of the estimator.",
    ] = None

    def __init_subclass__(cls, **settings: Any) -> None:
        """Document the fields where a class says `{parameters}`, so that its help lists them."""
        super().__init_subclass__(**settings)
        if cls.__doc__ and "{parameters}" in cls.__doc__:
            listed = "\n".join(field.documented() for field in fields_of(cls))
            cls.__doc__ = cls.__doc__.replace("{parameters}", listed.replace("\n", "\n    "))

    def check_parameters(self) -> None:
        """Refuse the first parameter that is not what its field allows.

        Raises
        ------
        VaeworksError
        """
        for field in fields_of(type(self)):
            field.check(getattr(self, field.name))


@parameters()
class LabelParameters(Parameters):
    """What every kind of data that has labels can set."""

    label_weight: Annotated[
        float | None,
        NOT_NEGATIVE,
        "Of a label's log-probability beside that of an example; None takes so much that labels are heard: a fortieth "
        "of the nats of an example whose values are all equally probable, but 5 at least (10 for tables), and up to "
        "ten times as much where few examples have a label.",
    ] = None
    label_name: Annotated[str, "What the labels are called in what is shown."] = "label"
    missing_label: Annotated[
        Any, 'What means "no label" beside None and NaN; auto takes -1 among integers other than -1 and 1.'
    ] = "auto"
