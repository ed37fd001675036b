"""Second models of a run: which camera is shown to which, and which rules are off for want of one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

import structlog

from core.errors import MatphoError
from core.off_rules import OffRule
from core.scene import Scene
from core.taxonomy import ObjectClass, class_of, classes_of
from locales import text
from models.classifier import OnnxClassifier
from models.second import Second, SecondModel, load_second, second_labels
from pipeline.observing import MakeObserver
from pipeline.second_models.desk import Desk
from pipeline.second_models.eyes import ClassifierEye, DetectorEye, Eye
from pipeline.second_models.observer import ModelObserver
from scenes.config import Configuration
from scenes.model_specs import SecondModelSpec
from scenes.picture_rules import SIGHTING_SPECS, SightingSpec
from scenes.rules import AnyRuleSpec

log = structlog.get_logger()


@dataclass(slots=True)
class _Model:
    spec: SecondModelSpec
    desk: Desk
    labels: frozenset[ObjectClass]
    problem: str | None = None
    wanted: bool = False


@dataclass(slots=True)
class SecondModels:
    """The second models of a plan. Nothing is loaded before `open`.

    Args:
        specs: with paths as seen from here.
    """

    specs: Sequence[SecondModelSpec] = ()
    _models: list[_Model] = field(init=False)

    def __post_init__(self) -> None:
        self._models = [_planned(spec) for spec in self.specs]

    @property
    def problems(self) -> list[str]:
        """What is wrong with models, in the reader's language."""
        return [text("second-broken", name=m.spec.name, reason=m.problem) for m in self._models if m.problem]

    @property
    def troubles(self) -> list[str]:
        """What went wrong while they looked, in the reader's language."""
        said = []
        for name, counts in ((model.spec.name, model.desk.counts) for model in self._models):
            if counts.failed:
                said.append(text("second-failed", name=name, failed=counts.failed, looks=counts.looks))
            if counts.missed:
                due = counts.looks + counts.missed
                said.append(text("second-slow", name=name, missed=counts.missed, due=due))
        return said

    @property
    def idle(self) -> list[str]:
        """Names of the models that no rule of a planned camera asks."""
        return [m.spec.name for m in self._models if not m.problem and not m.wanted]

    def makers(self, scene: Scene, rules: Sequence[AnyRuleSpec], *, live: bool) -> tuple[MakeObserver, ...]:
        """What makes the observers of a camera: one for each model that some rule of it can use."""
        mine = [rule for rule in rules if isinstance(rule, SIGHTING_SPECS)]
        made: list[MakeObserver] = []
        for model in self._models:
            zones = [rule.place for rule in mine if _classes(rule) & model.labels]
            if zones:
                model.wanted = True
                made.append(partial(_observer, model, scene, zones, live=live))
        return tuple(made)

    def open(self, stack: ExitStack) -> None:
        """Load the models that rules ask; one that cannot be loaded is told and left out. Closed with `stack`."""
        for model in self._models:
            if not model.wanted:
                continue
            try:
                model.desk.open()
            except MatphoError as error:
                model.problem = str(error)
                log.warning("second_model_not_loaded", model=model.spec.name, error=str(error))
                continue
            stack.callback(model.desk.close)

    def check(self) -> None:
        """Load every model once, to tell what is wrong with it."""
        for model in self._models:
            try:
                load_second(_settings(model.spec))
            except MatphoError as error:
                model.problem = str(error)

    def off(self, cameras: Iterable[tuple[str, Sequence[AnyRuleSpec]]]) -> tuple[OffRule, ...]:
        """The rules of these cameras that can find nothing."""
        good = {label for model in self._models if model.problem is None for label in model.labels}
        found = []
        for camera_id, rules in cameras:
            for rule in rules:
                if isinstance(rule, SIGHTING_SPECS) and not _classes(rule) & good:
                    broken = tuple(m.spec.name for m in self._models if m.problem and _may_have(m, _classes(rule)))
                    found.append(OffRule(camera_id, rule.rule_id, rule.kind, tuple(rule.classes), broken))
        return tuple(found)

    def as_dict(self) -> dict[str, Any]:
        """What the models did so far, by name."""
        return {m.spec.name: {**asdict(m.desk.counts), "problem": m.problem} for m in self._models}


def second_models_of(configuration: Configuration) -> SecondModels:
    """Those that a configuration names."""
    specs = configuration.spec.second_models
    return SecondModels([spec.model_copy(update={"path": configuration.path(spec.path)}) for spec in specs])


def _planned(spec: SecondModelSpec) -> _Model:
    settings = _settings(spec)

    desk = Desk(spec.name, lambda: _eye(load_second(settings), spec.batch))
    try:
        return _Model(spec, desk, second_labels(settings))
    except MatphoError as error:
        return _Model(spec, desk, frozenset(), str(error))


def _settings(spec: SecondModelSpec) -> SecondModel:
    meaning = None if spec.classes is None else {name: class_of(label) for name, label in spec.classes.items()}
    return SecondModel(spec.path, meaning, spec.score_threshold, spec.backend, spec.device, spec.threads, spec.batch)


def _observer(model: _Model, scene: Scene, zones: Sequence[str], *, live: bool) -> ModelObserver | None:
    if model.desk.eye is None:
        return None
    return ModelObserver(model.desk, model.desk.eye, scene, model.spec.every_s, zones, waits=not live)


def _eye(model: Second, most: int) -> Eye:
    if isinstance(model, OnnxClassifier):
        return ClassifierEye(model, most)
    return DetectorEye(model, frozenset(int(label) for label in model.labels))


def _classes(rule: SightingSpec) -> frozenset[ObjectClass]:
    return classes_of(tuple(rule.classes))


def _may_have(model: _Model, classes: frozenset[ObjectClass]) -> bool:
    """Whether a model that cannot be used would have one of the classes, as far as that is known."""
    return not model.labels or bool(model.labels & classes)
