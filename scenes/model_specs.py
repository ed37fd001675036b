"""What a configuration says of models: the detector, tracking, second looks and second models."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from core.events import EventKind
from core.taxonomy import LABELS
from scenes.parts import Strict
from scenes.place_specs import Name

APPEARANCES: Final = ("none", "histogram")
"""Besides re-identification models."""


Backend = Literal["onnxruntime", "onnxruntime-fp32", "tensorrt", "openvino", "torch"]


INPUT_STEP: Final = 32
INPUT_MOST: Final = 4096
"""Pixels: widths of inputs are multiples of the one, up to the other."""


def is_input_px(value: Any) -> bool:
    """Whether it is a width that an input may have, in pixels."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    return whole and value % INPUT_STEP == 0 and INPUT_STEP <= value <= INPUT_MOST


def _input_width(value: Any) -> Any:
    if value not in get_args(NamedWidth) and not is_input_px(value):
        raise PydanticCustomError(
            "problem-input", "a width", {"found": str(value), "step": INPUT_STEP, "most": INPUT_MOST}
        )
    return value


NamedWidth = Literal["auto", "exported"]
"""Of a model's input: as large as a camera's scene asks for, or as in the model's file."""
InputWidth = Annotated[
    NamedWidth | Annotated[int, Field(ge=INPUT_STEP, le=INPUT_MOST, multiple_of=INPUT_STEP)],
    BeforeValidator(_input_width),
]
DEVICE: Final = r"cpu|cuda:\d+"


def as_model(value: Any) -> Any:
    return {"path": value} if isinstance(value, str) else value


class ModelSpec(Strict):
    """The detector. A bare string stands for its `path`."""

    path: str = Field(
        "nanodet_g_416", description="Name of a shipped model, an ONNX file, or weights of Ultralytics (.pt)"
    )
    backend: Literal["auto", Backend] = Field(
        "auto",
        description="What computes it: `auto` measures what is installed, once for each machine, and takes the fastest "
        "that finds the same boxes; see models.md",
    )
    device: str = Field("cpu", pattern=f"^({DEVICE})$", description="Where it runs: `cpu` or `cuda:0`")
    threads: int | None = Field(None, ge=1, description="Threads of one inference; default: all cores")
    score_threshold: float | None = Field(None, gt=0, lt=1, description="Lowest score kept; default: the model card's")
    input: InputWidth = Field(
        "auto",
        description="Width of the model's input in pixels, a multiple of 32; `exported`: as it is in the file; `auto`: "
        "for each camera as large as its scene asks for. Twice the width finds objects half as large, for four times "
        "the time; see models.md",
    )
    trim: bool = Field(
        False,
        description="Compute only as much of the model's input as a picture covers: 1.3 times as fast for 4:3 pictures "
        "in a square input, 1.6 times for 16:9; some boxes differ a little, see models.md",
    )

    @property
    def input_px(self) -> int | None:
        """The width that was asked for, in pixels; None: it is to be chosen, or as exported."""
        return self.input if isinstance(self.input, int) else None


def _appearance(value: str) -> str:
    if value not in APPEARANCES and not value.endswith(".onnx"):
        raise PydanticCustomError("problem-appearance", "an appearance", {"found": value})
    return value


class TrackingSpec(Strict):
    """How detections are joined over time."""

    appearance: Annotated[str, AfterValidator(_appearance)] = Field(
        "none",
        description="What objects look like, to tell them apart where they meet: `none`, `histogram` (colours and "
        "edges, on the CPU), or an ONNX re-identification model",
    )


def _known_kind(value: str) -> str:
    if not any(kind.value == value or kind.value.startswith(f"{value}.") for kind in EventKind):
        known = ", ".join(kind.value for kind in EventKind)
        raise PydanticCustomError("problem-kind-unknown", "unknown kind", {"name": value, "known": known})
    return value


class SecondLookSpec(Strict):
    """A second look at events before they go out, by a larger model or by a verifier over HTTP."""

    kinds: list[Annotated[str, AfterValidator(_known_kind)]] = Field(
        min_length=1, description="Kinds that are looked at, such as `incident.collision`, or their first part"
    )
    model: Annotated[ModelSpec, BeforeValidator(as_model)] | None = Field(
        None, description="The model that looks at the event's place, at the full resolution of the frame"
    )
    url: str | None = Field(None, description="The verifier: https://…, or http:// on this machine; see incidents.md")
    token_env: Annotated[str, Field(pattern=r"^[A-Z_][A-Z0-9_]*$")] | None = Field(
        None, description="Variable that holds the verifier's bearer token"
    )
    token_file: Path | None = Field(None, description="File, readable by its owner alone, that holds it")
    wait_s: float = Field(3.0, ge=0.1, le=30, description="Longest time for which an event is held back, in seconds")
    waiting: int = Field(32, ge=1, le=1_000, description="Most events that wait for their look; more go out unverified")
    at_once: int = Field(1, ge=1, le=16, description="Looks taken at one time, by a verifier over HTTP")

    @model_validator(mode="after")
    def _one_way(self) -> SecondLookSpec:
        if (self.model is None) == (self.url is None):
            raise PydanticCustomError("problem-second-look-one-way", "one of model, url", {})
        if self.url is None and (self.token_env or self.token_file):
            raise PydanticCustomError("problem-second-look-token", "a token without url", {})
        if self.token_env is not None and self.token_file is not None:
            raise PydanticCustomError("problem-second-look-token", "two tokens", {})
        return self


def _taxonomy_class(value: str) -> str:
    if value not in LABELS:
        raise PydanticCustomError("problem-card-label", "a class", {"name": value, "known": ", ".join(LABELS)})
    return value


class SecondModelSpec(Strict):
    """A model that looks at pictures beside the detector, now and then: for smoke, fire, water."""

    name: Name = Field(description="Unique; stands in events, logs and the summary of a run")
    path: Path = Field(
        description="ONNX file of a detector or a classifier, with a card beside it or exported by Ultralytics; or "
        "weights of Ultralytics (.pt)"
    )
    classes: dict[str, Annotated[str, AfterValidator(_taxonomy_class)]] | None = Field(
        None,
        min_length=1,
        description="The model's class names that count, each with the class that it is here, such as "
        "`{Smoke: smoke, flame: fire}`. Default: as its card says, else by names that say it themselves",
    )
    every_s: float = Field(1.0, ge=0.2, le=60, description="Seconds from one look at a camera to the next")
    score_threshold: float | None = Field(
        None, gt=0, lt=1, description="Lowest score that counts; default: the card's, else 0.25, of a classifier 0.5"
    )
    backend: Backend = Field("onnxruntime", description="What computes it; see models.md")
    device: str = Field("cpu", pattern=f"^({DEVICE})$", description="Where it runs: `cpu` or `cuda:0`")
    threads: int = Field(1, ge=1, description="Threads of one inference: the detector's cores are not its own")
    batch: int = Field(4, ge=1, le=64, description="Most pictures computed at once")
