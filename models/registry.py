"""Models by name or file: the one place that knows all families."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, overload

from core.arrays import U8
from core.errors import MatphoError, ModelError
from core.frames import InputSpec
from core.taxonomy import ObjectClass
from locales import text
from models import nanodet, ultralytics
from models.backends import AUTO, REFERENCE, SUFFIXES, check_names, open_network, simplest
from models.backends.choose import fastest
from models.backends.remembered import Choice, Question
from models.by_shape import ByShape, Shape
from models.card import CARD_SUFFIX, Family, ModelCard, card_path, check_sum, read_card
from models.decoding import Plan
from models.detector import MAX_BATCH, OnnxDetector
from models.enlarging import resized_model
from models.network import Network, first_line
from models.trimming import Trimming, can_trim

if TYPE_CHECKING:
    from models.gpu.detector import DeviceDetector

DEFAULT_MODEL: Final = "nanodet_g_416"
WEIGHTS: Final = Path(__file__).parent / "weights"
Meaning: TypeAlias = Mapping[str, ObjectClass]
FAMILIES: Final[Mapping[Family, Callable[[Network, ModelCard | None, Meaning | None], Plan]]] = {
    "nanodet": nanodet.plan,
    "ultralytics": ultralytics.plan,
}


@dataclass(frozen=True, slots=True)
class ModelCheck:
    """What can be said of a model without running it.

    Attributes:
        problems: what is wrong, in the reader's language; empty when it can be used.
        card: None for a model without one.
        labels: the classes it can give; empty when that is not known.
    """

    model: str
    problems: tuple[str, ...]
    path: Path | None = None
    card: ModelCard | None = None
    labels: frozenset[ObjectClass] = frozenset()


def shipped_models() -> tuple[str, ...]:
    """Names of the models that come with Matpho."""
    return tuple(sorted(file.name.removesuffix(CARD_SUFFIX) for file in WEIGHTS.glob(f"*{CARD_SUFFIX}")))


@overload
def load_detector(
    model: str | Path = ...,
    *,
    threads: int | None = ...,
    score_threshold: float | None = ...,
    backend: str = ...,
    device: Literal["cpu"] = ...,
    max_batch: int = ...,
    input_px: int | None = ...,
    samples: Sequence[U8] | None = ...,
) -> OnnxDetector: ...


@overload
def load_detector(
    model: str | Path = ...,
    *,
    threads: int | None = ...,
    score_threshold: float | None = ...,
    backend: str = ...,
    device: str,
    max_batch: int = ...,
    input_px: int | None = ...,
    samples: Sequence[U8] | None = ...,
) -> OnnxDetector | DeviceDetector: ...


def load_detector(
    model: str | Path = DEFAULT_MODEL,
    *,
    threads: int | None = None,
    score_threshold: float | None = None,
    backend: str = REFERENCE,
    device: str = "cpu",
    max_batch: int = MAX_BATCH,
    input_px: int | None = None,
    samples: Sequence[U8] | None = None,
) -> OnnxDetector | DeviceDetector:
    """A detector that is ready to run; on a GPU one whose pixels stay there.

    Args:
        model: name of a shipped model, or an ONNX file, with a card beside it or exported by Ultralytics, or weights of
            Ultralytics (`.pt`) for the backends `torch` and `auto`.
        threads: for one inference on the CPU; None: all cores.
        score_threshold: lowest score kept, above 0 and below 1; None: the card's.
        backend: one of `models.backends.BACKENDS`, or `auto`: the fastest installed, measured at its first use.
        device: `cpu`, or `cuda:` with a number.
        max_batch: images computed at once where the graph takes any number.
        input_px: width of its input, a multiple of 32; None: as it was exported. See `models.enlarging`.
        samples: pictures (h, w, 3) BGR on which `auto` judges backends; None: views of a street that come with Matpho.

    Raises:
        ModelError: there is no such model, its checksum differs, or its graph is not understood.
        ConfigError: its card has mistakes.
        ValueError: the threshold is out of range.
    """
    if score_threshold is not None and not 0 < score_threshold < 1:
        raise ValueError(f"score_threshold {score_threshold} is not above 0 and below 1")
    check_names(backend, device)
    path, card = _whole(model, input_px)
    if backend == AUTO:
        question = Question(path, device, threads, max_batch, samples)
        network = fastest(question, lambda found: plan_detector(found, card))[0]
    else:
        network = open_network(path, backend, device=device, threads=threads, batch=max_batch)
    if device != "cpu":
        return on_device(network, _planned(network, card, score_threshold), device, max_batch)
    return _detector(network, card, score_threshold, max_batch)


def by_shape(
    whole: OnnxDetector, *, threads: int | None = None, samples: Sequence[U8] | None = None
) -> OnnxDetector | ByShape:
    """A detector that computes only as much of its input as a picture covers; see `models.by_shape`.

    Args:
        whole: from `load_detector`; it comes back as it is where its graph cannot be made smaller.
        threads: for one inference; None: all cores.
        samples: pictures (h, w, 3) BGR to try smaller graphs on; None: views of a street that come with Matpho.
    """
    network = whole.network
    if not can_trim(network):
        return whole
    card = _find(network.path)[1]

    def build(small: Network, shape: Shape) -> OnnxDetector:
        return _detector(small, _sized(card, shape), whole.threshold, whole.batch_size)

    return ByShape(whole, partial(Trimming(network, threads, build, samples).make, whole))


def _detector(network: Network, card: ModelCard | None, score_threshold: float | None, most: int) -> OnnxDetector:
    return OnnxDetector(network, _planned(network, card, score_threshold), max_batch=most)


def on_device(network: Network, plan: Plan, device: str, most: int) -> DeviceDetector:
    """A detector whose pixels stay on a GPU.

    Raises:
        ModelError: PyTorch is missing.
    """
    try:
        from models.gpu.detector import DeviceDetector
    except ImportError as error:
        raise ModelError("error-gpu-torch-missing", name=device, reason=first_line(error)) from error
    return DeviceDetector(network, plan, device=device, max_batch=most)


def _planned(network: Network, card: ModelCard | None, score_threshold: float | None) -> Plan:
    plan = plan_detector(network, card)
    return plan if score_threshold is None else replace(plan, score_threshold=score_threshold)


def _sized(card: ModelCard | None, shape: Shape) -> ModelCard | None:
    """The card for an input of another size."""
    if card is None or card.input is None:
        return card
    width, height = shape
    return card.model_copy(update={"input": card.input.model_copy(update={"width": width, "height": height})})


def choose_backend(
    model: str | Path = DEFAULT_MODEL,
    *,
    device: str = "cpu",
    threads: int | None = None,
    max_batch: int = MAX_BATCH,
    input_px: int | None = None,
) -> Choice:
    """What the backend `auto` comes to for a model, with the time of each candidate; measured unless it is known.

    Raises:
        ModelError, ConfigError: as `load_detector`.
    """
    check_names(AUTO, device)
    path, card = _whole(model, input_px)
    return fastest(Question(path, device, threads, max_batch), lambda found: plan_detector(found, card))[1]


def check_model(model: str | Path = DEFAULT_MODEL) -> ModelCheck:
    """Whether a model is there, whole and understood. Raises nothing."""
    path: Path | None = None
    card: ModelCard | None = None
    try:
        path, card = _find(model)
        path, card = _whole(model)
        labels = plan_detector(open_network(path, simplest(path), threads=1), card).labels
    except MatphoError as error:
        return ModelCheck(str(model), (str(error),), path, card)
    return ModelCheck(str(model), _licence_problems(path, card), path, card, labels)


def class_labels(model: str | Path = DEFAULT_MODEL) -> frozenset[ObjectClass]:
    """The classes that a model can give; read from its card where there is one.

    Raises:
        ModelError, ConfigError: as `load_detector`.
    """
    path, card = _find(model)
    if card is not None:
        return frozenset(card.mapped().values())
    return plan_detector(open_network(path, simplest(path), threads=1), None).labels


def exported_input(model: str | Path = DEFAULT_MODEL) -> InputSpec | None:
    """The input that a model was exported for; None: it cannot be made for another.

    Raises:
        ModelError, ConfigError: as `load_detector`.
    """
    path, card = _find(model)
    if path.suffix != ".onnx":
        return None
    if card is not None and card.input is not None:
        return card.input.spec()
    return plan_detector(open_network(path, simplest(path), threads=1), card).spec


def takes_input(model: str | Path, input_px: int) -> bool:
    """Whether a model can be made for pictures so wide; tried once, and kept in the cache.

    Raises:
        ModelError, ConfigError: the model itself cannot be used.
    """
    weights = _whole(model)
    try:
        resized_model(weights, input_px, _on_reference)
    except ModelError:
        return False
    return True


def _licence_problems(path: Path, card: ModelCard | None) -> tuple[str, ...]:
    if card is None or card.licence_text is None or path.with_name(card.licence_text).is_file():
        return ()
    return (text("error-model-licence", path=path.with_name(card.licence_text)),)


def _find(model: str | Path) -> tuple[Path, ModelCard | None]:
    """The weights and the card of a model."""
    path = Path(model)
    if isinstance(model, str) and path.name == model and path.suffix not in SUFFIXES:
        if model not in shipped_models():
            raise ModelError("error-model-unknown", name=model, known=", ".join(shipped_models()))
        path = WEIGHTS / f"{model}.onnx"
    if not path.is_file():
        raise ModelError("error-model-missing", path=path)
    if not card_path(path).is_file():
        return path, None
    card = read_card(card_path(path))
    if card.file != path.name:
        raise ModelError("error-model-card-file", card=card_path(path), file=card.file, path=path)
    return path, card


def _whole(model: str | Path, input_px: int | None = None) -> tuple[Path, ModelCard | None]:
    """The same, with the checksum compared; for inputs of another width where one is asked for."""
    path, card = _find(model)
    if card is not None:
        check_sum(path, card)
    return (path, card) if input_px is None else resized_model((path, card), input_px, _on_reference)


def _on_reference(weights: tuple[Path, ModelCard | None]) -> OnnxDetector:
    path, card = weights
    return _detector(open_network(path, simplest(path)), card, None, 1)


def plan_detector(network: Network, card: ModelCard | None, meaning: Meaning | None = None) -> Plan:
    """How to run a detector; `meaning`: of its classes, in place of the card's or what is commonly known.

    Raises:
        ModelError: its graph is not understood.
    """
    if card is not None:
        return FAMILIES[card.family](network, card, meaning)
    if ultralytics.recognised(network):
        return FAMILIES["ultralytics"](network, None, meaning)
    raise network.refuse("error-model-no-card")
