"""Model cards: what a model is, where it comes from, what it wants and what its classes mean."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from core.errors import ModelError
from core.frames import InputSpec
from core.taxonomy import LABELS, ObjectClass, class_of
from scenes.documents import read_document
from scenes.parsing import parse

Family = Literal["nanodet", "ultralytics"]
CARD_SUFFIX: Final = ".card.yaml"


def _plain_name(value: str) -> str:
    if Path(value).name != value:
        raise PydanticCustomError("problem-card-file-name", "a plain file name", {"name": value})
    return value


def _taxonomy_label(value: str) -> str:
    if value not in LABELS:
        raise PydanticCustomError("problem-card-label", "a class", {"name": value, "known": ", ".join(LABELS)})
    return value


Label = Annotated[str, AfterValidator(_taxonomy_label)]
FileName = Annotated[str, AfterValidator(_plain_name)]
Triple = tuple[float, float, float]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CardInput(_Strict):
    """What the model wants to be fed; see `core.frames.InputSpec`."""

    width: int = Field(gt=0, le=4096)
    height: int = Field(gt=0, le=4096)
    order: Literal["rgb", "bgr"]
    mean: Triple
    std: Annotated[Triple, AfterValidator(lambda value: _above_zero(value))]
    keep_aspect: bool
    padding: float = Field(114.0, ge=0, le=255)

    def spec(self) -> InputSpec:
        """The same for the sources."""
        return InputSpec(**self.model_dump())


def _above_zero(value: Triple) -> Triple:
    if min(value) <= 0:
        raise PydanticCustomError("problem-card-std", "above 0", {"found": str(min(value))})
    return value


class FileCard(_Strict):
    """What every card says of its weights.

    Attributes:
        file: the weights' file name, in the card's folder; `sha256` is theirs.
        licence_text: file name of the licence, in the card's folder.
    """

    name: str = Field(min_length=1)
    version: str = Field(min_length=1)
    file: FileName
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    origin: str = Field(min_length=1)
    licence: str = Field(min_length=1)
    licence_text: FileName | None = None


class ModelCard(FileCard):
    """The card `NAME.card.yaml` that lies beside a detector's weights.

    Attributes:
        input: needed by every family but `ultralytics`, whose exports say it themselves.
        classes: the model's class names in the order of its outputs; needed likewise.
        class_map: the model's class name to a label of the taxonomy; other classes are dropped and counted.
        score_threshold: lowest score kept, 0..1.
        nms_iou: of two boxes of one class that overlap more (intersection over union), the weaker goes.
        max_detections: the most detections kept in a frame.
    """

    family: Family
    input: CardInput | None = None
    classes: tuple[str, ...] | None = Field(None, min_length=1)
    class_map: dict[str, Label] = Field(min_length=1)
    score_threshold: float = Field(gt=0, lt=1)
    nms_iou: float = Field(gt=0, lt=1)
    max_detections: int = Field(gt=0, le=10_000)

    @model_validator(mode="after")
    def _complete(self) -> ModelCard:
        if self.family == "nanodet" and (self.input is None or self.classes is None):
            raise PydanticCustomError("problem-card-incomplete", "input and classes", {"family": self.family})
        unknown = sorted(set(self.class_map) - set(self.classes)) if self.classes else []
        if unknown:
            raise PydanticCustomError("problem-card-class", "a class of the model", {"name": unknown[0]})
        return self

    def mapped(self) -> dict[str, ObjectClass]:
        """The model's class names that count, with their meaning."""
        return {name: class_of(label) for name, label in self.class_map.items()}


class ClassifierCard(FileCard):
    """The card `NAME.card.yaml` that lies beside a classifier's weights: one picture to one score for each class.

    Attributes:
        input, classes: needed, but for exports of Ultralytics, which say them themselves.
        class_map: the model's class name to a label of the taxonomy; other classes do not count.
        score_threshold: lowest probability that counts, 0..1.
    """

    family: Literal["classifier"]
    input: CardInput | None = None
    classes: tuple[str, ...] | None = Field(None, min_length=1)
    class_map: dict[str, Label] = Field(min_length=1)
    score_threshold: float = Field(0.5, gt=0, lt=1)

    def mapped(self) -> dict[str, ObjectClass]:
        """The model's class names that count, with their meaning."""
        return {name: class_of(label) for name, label in self.class_map.items()}


class AppearanceCard(FileCard):
    """The card `NAME.card.yaml` that may lie beside the weights of a re-identification model.

    Attributes:
        input: its input; None: as models trained on ImageNet's normalisation take it.
        classes: labels of the taxonomy that it can tell apart; None: all.
    """

    input: CardInput | None = None
    classes: tuple[Label, ...] | None = Field(None, min_length=1)


def card_path(weights: Path) -> Path:
    """Where the card of a weights file lies, whether or not it exists."""
    return weights.with_name(weights.stem + CARD_SUFFIX)


def read_card(path: Path) -> ModelCard:
    """Read a card.

    Raises:
        ConfigError: it is missing, not YAML, or wrong: each mistake with its line and field.
    """
    return parse(read_document(path), ModelCard)


def read_second_card(path: Path) -> ModelCard | ClassifierCard:
    """Read the card of a detector or a classifier.

    Raises:
        ConfigError: as `read_card`.
    """
    document = read_document(path)
    if document.data.get("family") == "classifier":
        return parse(document, ClassifierCard)
    return parse(document, ModelCard)


def read_appearance_card(path: Path) -> AppearanceCard:
    """Read the card of a re-identification model.

    Raises:
        ConfigError: as `read_card`.
    """
    return parse(read_document(path), AppearanceCard)


def check_sum(weights: Path, card: FileCard) -> None:
    """Hold the weights against the card's checksum.

    Raises:
        ModelError: the file cannot be read, or its SHA-256 differs.
    """
    try:
        with weights.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError as error:
        raise ModelError("error-model-missing", path=weights) from error
    except OSError as error:
        raise ModelError("error-model-unreadable", path=weights, reason=error.strerror or str(error)) from error
    if found != card.sha256:
        raise ModelError(
            "error-model-checksum", path=weights, card=card_path(weights), expected=card.sha256, found=found
        )
