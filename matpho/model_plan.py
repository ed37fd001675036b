"""Which model a configuration names, and whether it knows what the rules ask for."""

from __future__ import annotations

from core.taxonomy import ObjectClass, classes_of
from models.registry import class_labels
from scenes.config import Configuration
from scenes.documents import Problem, ProblemsError, read_document
from scenes.model_specs import APPEARANCES, ModelSpec, TrackingSpec
from scenes.picture_rules import SIGHTING_SPECS
from scenes.scene_file import SceneFile


def model_of(configuration: Configuration) -> ModelSpec:
    """The model with its path resolved: a shipped name stays a name."""
    model = configuration.spec.model
    file = configuration.path(model.path)
    return model.model_copy(update={"path": str(file)}) if file.suffix == ".onnx" or file.is_file() else model


def tracking_of(configuration: Configuration) -> TrackingSpec:
    """Tracking with the path of its model resolved: a name stays a name."""
    tracking = configuration.spec.tracking
    if tracking.appearance in APPEARANCES:
        return tracking
    return tracking.model_copy(update={"appearance": str(configuration.path(tracking.appearance))})


def missing_classes(configuration: Configuration) -> list[Problem]:
    """Rules that ask for a class that the configured model cannot give."""
    spec, found = model_of(configuration), list[Problem]()
    labels = class_labels(spec.path)
    for file in {id(scene): scene for scene in configuration.scenes.values()}.values():
        found += _missing_in(file, labels, spec.path)
    return found


def refuse_missing_classes(file: SceneFile, model: ModelSpec) -> None:
    """Refuse a scene whose rules ask for a class that a model cannot give.

    Raises:
        ProblemsError: one does.
    """
    problems = _missing_in(file, class_labels(model.path), model.path)
    if problems:
        raise ProblemsError(problems)


def _missing_in(file: SceneFile, labels: frozenset[ObjectClass], model: str) -> list[Problem]:
    if file.path is None:
        return []
    document = read_document(file.path)
    found = []
    for number, rule in enumerate(file.rules):
        if isinstance(rule, SIGHTING_SPECS):
            continue  # by second models: where none has its classes, it is off and says so
        for position, name in enumerate(getattr(rule, "classes", [])):
            # A group is watched as far as the model goes; a single class that it lacks would never be seen.
            if not classes_of((name,)) & labels:
                told = {"model": model, "name": name, "known": ", ".join(sorted(c.label for c in labels))}
                found.append(document.problem(("rules", number, "classes", position), "problem-class-missing", **told))
    return found
