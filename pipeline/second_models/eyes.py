"""A second model as one that looks at pictures, whatever it answers with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.arrays import U8
from core.frames import ClockSource, FrameBatch, FrameMeta, InputSpec
from core.protocols import Detector
from models.classifier import OnnxClassifier
from pipeline.sources.surfaces import ArraySurface


@dataclass(frozen=True, slots=True)
class Found:
    """Something that a picture shows: its class of the taxonomy, its score (0..1), and its box in pixels of the
    picture; None: somewhere in it.
    """

    class_id: int
    score: float
    box: tuple[float, float, float, float] | None = None


class Eye(Protocol):
    """Looks at pictures (h, w, 3) BGR. One thread at a time."""

    @property
    def class_ids(self) -> frozenset[int]:
        """What it can tell, of the taxonomy."""
        ...

    @property
    def placed(self) -> bool:
        """Whether it finds boxes."""
        ...

    @property
    def spec(self) -> InputSpec:
        """What pictures are scaled to: larger ones are of no use."""
        ...

    @property
    def most(self) -> int:
        """Pictures that it computes at once."""
        ...

    def look(self, pictures: Sequence[U8]) -> list[tuple[Found, ...]]:
        """What each shows. It may raise anything that a runtime does."""
        ...


class DetectorEye:
    """By a detector's boxes."""

    placed = True

    def __init__(self, detector: Detector, labels: frozenset[int]) -> None:
        self._detector = detector
        self.class_ids, self.spec, self.most = labels, detector.input_spec, detector.batch_size

    def look(self, pictures: Sequence[U8]) -> list[tuple[Found, ...]]:
        """`Eye.look`."""
        metas = tuple(_meta(number, picture) for number, picture in enumerate(pictures))
        found = self._detector.detect(FrameBatch(metas, tuple(ArraySurface(picture) for picture in pictures)))
        rows = [
            Found(int(class_id), float(score), (box[0], box[1], box[2], box[3]))
            for class_id, score, box in zip(found.class_id, found.score, found.xyxy.tolist(), strict=True)
        ]
        return [tuple(rows[found.offsets[n] : found.offsets[n + 1]]) for n in range(len(pictures))]


class ClassifierEye:
    """By what a classifier says of the whole."""

    placed = False

    def __init__(self, classifier: OnnxClassifier, most: int) -> None:
        self._classifier = classifier
        self.class_ids = frozenset(int(label) for label in classifier.labels)
        self.spec, self.most = classifier.input_spec, most

    def look(self, pictures: Sequence[U8]) -> list[tuple[Found, ...]]:
        """`Eye.look`."""
        said = self._classifier.classify(pictures)
        return [tuple(Found(int(label), score) for label, score in one.items()) for one in said]


class FakeEye:
    """An eye that sees what a function of the picture says, which may raise: for tests and demonstrations."""

    def __init__(
        self,
        script: Callable[[U8], Sequence[Found]],
        class_ids: frozenset[int],
        *,
        placed: bool = True,
        most: int = 4,
        spec: InputSpec | None = None,
    ) -> None:
        self._script = script
        self.class_ids, self.placed, self.most, self.spec = class_ids, placed, most, spec or InputSpec(64, 64)

    def look(self, pictures: Sequence[U8]) -> list[tuple[Found, ...]]:
        """As scripted."""
        return [tuple(self._script(picture)) for picture in pictures]


def _meta(number: int, picture: U8) -> FrameMeta:
    height, width = picture.shape[:2]
    return FrameMeta("", 0, number, 0, ClockSource.ARRIVAL, 0, number, width, height)
