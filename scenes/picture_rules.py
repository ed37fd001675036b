"""Rules about what a picture shows as a whole, by second models that look at it now and then."""

from __future__ import annotations

from typing import Annotated, Final, Literal, Self, TypeAlias

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from core.events import Severity
from scenes.rule_parts import HOLD_S, ClassName, PlaceId, RulePart, Seconds

Looks = Annotated[int, Field(ge=1, le=100)]
CLASSES: Final = "Classes that a second model must tell; of several any counts, and those that no model has do not"


class SightingPart(RulePart):
    """A rule about what second models see in a zone, or anywhere in the picture."""

    zone: PlaceId | None = Field(None, description="Id of a zone of the scene; without it the whole picture")
    looks: Looks = Field(5, description="Looks of one model that must see it, one or several classes of it")
    of_looks: Looks = Field(10, description="Of so many of its last looks")
    clear_s: Seconds = Field(
        20.0, description="Seconds after as many looks without any sight of it before the event ends"
    )
    hold_s: Seconds = Field(120.0, description=HOLD_S)

    @model_validator(mode="after")
    def _no_more_than_all(self) -> Self:
        if self.looks > self.of_looks:
            raise PydanticCustomError(
                "problem-looks", "looks above of_looks", {"looks": self.looks, "of": self.of_looks}
            )
        return self


class SmokeFireSpec(SightingPart):
    """Smoke or fire in a zone, or anywhere in the picture.

    Looked for by the [second models](../models.md#second-models) of the configuration, beside the detector and at a low
    rate of their own; none is shipped. Where none has one of the classes, the rule is off, and `matpho check`, the
    start and the end of a run say so.

    A box counts for a zone if a fifth of it lies inside, or if it hides a fifth of the zone. A model that tells no
    places looks at the zone by itself. Once open, an event goes on while any of the last looks saw it. More than five
    looks missed in a row start the count anew, and hold an open event.
    """

    kind: Literal["incident.smoke_fire"] = "incident.smoke_fire"
    classes: list[ClassName] = Field(["smoke", "fire"], min_length=1, description=CLASSES)
    severity: Severity = Field(
        Severity.HIGH, description="Of its events; the highest once as many looks have seen fire itself"
    )


class FloodingSpec(SightingPart):
    """Water stands on a zone, or anywhere in the picture.

    Looked for as [incident.smoke_fire](incident.smoke_fire.md) is, and off as long as no second model has the class.
    """

    kind: Literal["environment.flooding"] = "environment.flooding"
    classes: list[ClassName] = Field(["water"], min_length=1, description=CLASSES)
    severity: Severity = Field(Severity.MEDIUM, description="Of its events")


SightingSpec: TypeAlias = SmokeFireSpec | FloodingSpec
SIGHTING_SPECS: Final[tuple[type[SightingSpec], ...]] = (SmokeFireSpec, FloodingSpec)
