"""What observers tell rules of a picture: small facts, never pixels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from core.signals import SignalState


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a fixed camera's picture lies beside the one that its scene was drawn on.

    Attributes:
        shift_px: how far (x, y) it has moved, in pixels of the frame; what is at p there is at p + shift here.
        valid: near enough for the scene's places and metres to hold once the shift is taken off.
    """

    shift_px: tuple[float, float] = (0.0, 0.0)
    valid: bool = True


PLACED = Placement()


@dataclass(frozen=True, slots=True)
class PictureHealth:
    """How good one picture is. Shares are 0..1; None: it cannot be told (yet).

    Attributes:
        still_s: time for which nothing in the picture has changed, a burnt-in clock excepted; 0: it has changed just
            now; None at the first look of a stream.
        level: mean brightness, 0..255; light: brightness that 1 % of the picture exceeds.
        sharpness: of edges, as a share of what is usual at this camera.
        hidden: share of what the picture usually shows that is now without any detail, dazzle not counted.
        dazzled: share of the picture in the glare of a lamp.
        agreement: share of what the picture usually shows that is there, wherever it has moved.
        shift_px: how far (x, y) the picture has moved, in pixels of the frame; None where it fits nowhere.
        placement: what shifts of the last looks amount to.
    """

    still_s: float | None
    level: float
    light: float
    sharpness: float | None = None
    hidden: float | None = None
    dazzled: float = 0.0
    agreement: float | None = None
    shift_px: tuple[float, float] | None = None
    placement: Placement = PLACED


@dataclass(frozen=True, slots=True)
class SignalReading:
    """What one signal of the scene shows.

    Attributes:
        changed_ns: media time of the frame at which it was first seen so, or of the latest moment at which a controller
            can have meant; for a state that was there when looking began, of the first look.
        confidence: 0..1; 0 while the state is unknown.
        arrows: names of the arrows that are lit.
    """

    signal_id: str
    state: SignalState
    changed_ns: int
    confidence: float
    arrows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SignalReadings:
    """All signals that are in view."""

    readings: tuple[SignalReading, ...]


@dataclass(frozen=True, slots=True)
class Blob:
    """A part of the picture that is not as it was, and still.

    Attributes:
        number: unique for one run of the observer.
        box: left, top, right, bottom in pixels of the frame, the shift of its picture taken off, as of tracks.
        age_s: since it appeared; time in which the camera was away is not counted.
        hidden_s: for which it has been hidden by something before it, and may be there still; 0: it is seen.
        taken: nothing was put there: something that had been there from the beginning was taken away.
    """

    number: int
    box: tuple[float, float, float, float]
    age_s: float
    hidden_s: float = 0.0
    taken: bool = False


@dataclass(frozen=True, slots=True)
class Background:
    """What is there that was not, by a model of what is usually seen.

    Attributes:
        known: it can be told; not while the model is new, or the light has just changed past comparing.
        blobs: at most 32. One that is no longer among them has gone, if it is `known`.
        model: another number: the model has begun anew, and of what is no longer among them nothing is known.
    """

    known: bool
    blobs: tuple[Blob, ...] = ()
    model: int = 0


@dataclass(frozen=True, slots=True)
class Sighting:
    """Something that a second model saw.

    Attributes:
        class_id: of the taxonomy; score: 0..1.
        box: left, top, right, bottom in pixels of the frame; None: somewhere in the whole picture.
        part: the zone that was looked at by itself; empty: the whole picture.
    """

    class_id: int
    score: float
    box: tuple[float, float, float, float] | None = None
    part: str = ""


@dataclass(frozen=True, slots=True)
class ModelLook:
    """One look of a second model at a picture.

    Attributes:
        model: its name; every_s: seconds from one of its looks to the next.
        class_ids: what it can tell, of the taxonomy.
        placed: its sightings are boxes of things; else it says no more than that a part shows one.
        parts: what was looked at by itself: zones by id, and the whole picture as an empty name.
        sightings: what it saw.
    """

    model: str
    every_s: float
    class_ids: frozenset[int]
    placed: bool
    parts: tuple[str, ...] = ("",)
    sightings: tuple[Sighting, ...] = ()


Fact: TypeAlias = PictureHealth | SignalReadings | Background | ModelLook
"""What one observer tells at one look."""


@dataclass(frozen=True, slots=True)
class Observations:
    """What observers told since the frame before.

    Attributes:
        health, signals, background: the latest of each; None: nobody looked.
        looks: of second models, all, in time order.
    """

    health: PictureHealth | None = None
    signals: SignalReadings | None = None
    background: Background | None = None
    looks: tuple[ModelLook, ...] = ()

    @classmethod
    def of(cls, facts: Iterable[Fact]) -> Observations:
        """Of facts in time order."""
        told = tuple(facts)
        latest: dict[str, Any] = {_LATEST[type(fact)]: fact for fact in told if type(fact) in _LATEST}
        looks = tuple(fact for fact in told if isinstance(fact, ModelLook))
        return cls(**latest, looks=looks) if told else NOTHING_SEEN


_LATEST: Final[Mapping[type[Fact], str]] = {
    PictureHealth: "health",
    SignalReadings: "signals",
    Background: "background",
}
NOTHING_SEEN = Observations()
