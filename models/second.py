"""Second models: detectors and classifiers that look at pictures beside the detector, for what it does not know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from core.errors import MatphoError, ModelError
from core.taxonomy import ObjectClass
from models import classifier, ultralytics
from models.backends import open_network, simplest
from models.card import ClassifierCard, ModelCard, card_path, check_sum, read_second_card
from models.classifier import ClassifierPlan, OnnxClassifier
from models.decoding import Plan, common_meaning
from models.detector import OnnxDetector
from models.network import Network, first_line
from models.registry import on_device, plan_detector
from scenes.documents import nearest
from scenes.model_specs import Backend

if TYPE_CHECKING:
    from models.gpu.detector import DeviceDetector

Second: TypeAlias = "OnnxDetector | DeviceDetector | OnnxClassifier"
Meaning: TypeAlias = Mapping[str, ObjectClass]


@dataclass(frozen=True, slots=True)
class SecondModel:
    """A second model as configured.

    Attributes:
        path: an ONNX file, or weights of Ultralytics (`.pt`).
        meaning: of the model's class names; None: as its card says, else what is commonly known.
        threshold: lowest score that counts; None: the card's, else the family's.
        backend, device, threads, batch: as of `models.registry.load_detector`.
    """

    path: Path
    meaning: Meaning | None = None
    threshold: float | None = None
    backend: Backend = "onnxruntime"
    device: str = "cpu"
    threads: int = 1
    batch: int = 4


def load_second(model: SecondModel) -> Second:
    """A detector or a classifier that is ready to run, tried on an empty picture.

    Raises:
        ModelError: there is no such file, its checksum differs, its graph is not understood, or it lacks a class that
            `meaning` names, or has none that counts.
        ConfigError: its card has mistakes.
    """
    card = _card(model.path)
    if card is not None:
        check_sum(model.path, card)
    network = open_network(model.path, model.backend, device=model.device, threads=model.threads, batch=model.batch)
    plan = _plan(network, card, model.meaning)
    _try(network, plan)
    if isinstance(plan, ClassifierPlan):
        plan = plan if model.threshold is None else replace(plan, threshold=model.threshold)
        return OnnxClassifier(network, plan, max_batch=model.batch)
    plan = plan if model.threshold is None else replace(plan, score_threshold=model.threshold)
    if model.device != "cpu":
        return on_device(network, plan, model.device, model.batch)
    return OnnxDetector(network, plan, max_batch=model.batch)


def second_labels(model: SecondModel) -> frozenset[ObjectClass]:
    """The classes that a second model can tell; its graph is loaded only where neither `meaning` nor a card says them.

    Raises:
        ModelError, ConfigError: as `load_second`.
    """
    card = _card(model.path)
    if model.meaning is not None:
        return frozenset(model.meaning.values())
    if card is not None:
        return frozenset(card.mapped().values())
    network = open_network(model.path, simplest(model.path), threads=1)
    return frozenset(_plan(network, None, None).class_map.values())


def _card(path: Path) -> ModelCard | ClassifierCard | None:
    if not path.is_file():
        raise ModelError("error-second-missing", path=path)
    if not card_path(path).is_file():
        return None
    card = read_second_card(card_path(path))
    if card.file != path.name:
        raise ModelError("error-model-card-file", card=card_path(path), file=card.file, path=path)
    return card


def _plan(network: Network, card: ModelCard | ClassifierCard | None, meaning: Meaning | None) -> Plan | ClassifierPlan:
    if card is None and meaning is None and ultralytics.recognised(network):
        meaning = common_meaning(ultralytics.class_names(network))
    if isinstance(card, ClassifierCard) or (card is None and classifier.recognised(network)):
        plan: Plan | ClassifierPlan = classifier.plan(network, card, meaning)
    else:
        plan = plan_detector(network, card, meaning)
    unknown = next((name for name in plan.class_map if name not in plan.classes), None)
    if unknown is not None:
        raise network.refuse(
            "error-second-class",
            name=unknown,
            near=nearest(unknown, plan.classes) or "-",
            found=", ".join(plan.classes),
        )
    if not plan.class_map:
        raise network.refuse("error-second-no-class", found=", ".join(plan.classes))
    return plan


def _try(network: Network, plan: Plan | ClassifierPlan) -> None:
    """Compute something: shapes that do not fit one another are told by no file."""
    try:
        network.run(np.zeros((network.batch or 1, 3, plan.spec.height, plan.spec.width), np.float32))
    except MatphoError:
        raise
    except Exception as error:  # runtimes' errors share no base class
        raise network.refuse("error-second-failed", reason=first_line(error)) from error
