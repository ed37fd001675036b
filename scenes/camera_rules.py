"""Rules about the camera itself: every camera is watched by them, named in its scene or not."""

from __future__ import annotations

from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Field

from core.events import Severity
from scenes.rule_parts import CLEAR_S, HOLD_S, Positive, RulePart, Seconds

Share = Annotated[float, Field(gt=0, lt=1)]
FOR_S = "Seconds for which that is so before the event starts"


class CameraPart(RulePart):
    """A rule about a camera's picture, wherever a turning camera looks."""

    for_s: Seconds = Field(10.0, description=FOR_S)
    clear_s: Seconds = Field(10.0, description=CLEAR_S)
    hold_s: Seconds = Field(120.0, description=HOLD_S)
    severity: Severity = Field(Severity.MEDIUM, description="Of its events")


class CameraFrozenSpec(CameraPart):
    """A camera sends the same picture again and again.

    This and the other kinds about the picture and the clock are always watched, at live cameras and files, whether or
    not the scene names them; only made-up scenes (`simulated`) have none. They rest on looks at the picture every 2 s,
    and say nothing where that cannot tell.

    No change: points differ by less than half a level in the mean, and no part changes but a burnt-in clock (at most
    6 % of the picture).
    """

    kind: Literal["camera.frozen"] = "camera.frozen"
    for_s: Seconds = Field(60.0, description="Seconds without any change, a burnt-in clock excepted")
    clear_s: Seconds = Field(5.0, description=CLEAR_S)


class CameraDarkSpec(CameraPart):
    """It is too dark to see anything: no light in the picture at all.

    Neither lamps nor their light are to be seen. Judged by a look at the picture every 2 s.
    """

    kind: Literal["camera.dark"] = "camera.dark"
    light: Annotated[float, Field(gt=0, le=255)] = Field(
        40.0, description="Brightness (0 to 255) that less than 1 % of the picture exceeds"
    )


class CameraBlurredSpec(CameraPart):
    """A camera is out of focus, or its window is wet or dirty.

    Judged by how steep edges are, not by contrast, so that fog or dusk alone are not blur; where nothing has edges, or
    noise hides them, nothing is said. What is usual is learnt in the first minute, and over minutes from then on.
    """

    kind: Literal["camera.blurred"] = "camera.blurred"
    sharpness: Share = Field(0.35, description="Sharpness of edges, as a share of what is usual at this camera")


class CameraCoveredSpec(CameraPart):
    """Something is before the lens, or it was sprayed.

    What the picture usually shows has gone: of its blocks with something lasting in them, so many have lost it, and of
    the stronger half as many. Glare of lamps at night is not counted; where it is dark or blurred, that is told and not
    this.
    """

    kind: Literal["camera.covered"] = "camera.covered"
    hidden: Share = Field(0.25, description="Share of what the picture usually shows that must be hidden")
    severity: Severity = Field(Severity.HIGH, description="Of its events")


class CameraMovedSpec(CameraPart):
    """A fixed camera no longer looks where its scene was drawn.

    Its picture lies elsewhere beside the scene's `picture`, or beside the first of the run; the median of three looks.
    A shift of up to 3 % of the width is taken off all boxes, and rules go on. Beyond it, and where the picture fits
    nowhere, the scene's places hold no more: rules that name places pause as for a turning camera, and their events are
    held. Not for cameras with presets.
    """

    kind: Literal["camera.moved"] = "camera.moved"
    shift_px: Positive = Field(4.0, description="Shift of the picture, in pixels of the frame")
    severity: Severity = Field(
        Severity.LOW, description="Of its events; at least high where the scene's places hold no more"
    )


class CameraClockSpec(CameraPart):
    """A camera's own clock is wrong.

    Told by its sender reports (RTCP) beside the quickest arrival, the picture's delay taken off. Events are timed by
    the camera's clock up to 5 s, and by their arrival beyond.
    """

    kind: Literal["camera.clock"] = "camera.clock"
    ahead_s: Positive = Field(2.0, description="Seconds between the camera's clock and ours, either way")
    for_s: Seconds = Field(60.0, description=FOR_S)
    clear_s: Seconds = Field(60.0, description=CLEAR_S)
    severity: Severity = Field(Severity.LOW, description="Of its events")


CameraSpec: TypeAlias = (
    CameraFrozenSpec | CameraDarkSpec | CameraBlurredSpec | CameraCoveredSpec | CameraMovedSpec | CameraClockSpec
)
CAMERA_SPECS: Final[tuple[type[CameraSpec], ...]] = (
    CameraFrozenSpec,
    CameraDarkSpec,
    CameraBlurredSpec,
    CameraCoveredSpec,
    CameraMovedSpec,
    CameraClockSpec,
)
