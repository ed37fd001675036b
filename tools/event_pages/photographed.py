"""Which kinds of events have a real picture on their page, and what is to be said of it; why others have none."""

from __future__ import annotations

from typing import Final

from core.events import EventKind

FAULT: Final = "A real picture of the shipped clip, in which {what}, as the evidence of the event shows it."
THING: Final = "A real picture of the shipped clip as the evidence of the event shows it. {what}"
PHOTOGRAPHED: Final = {
    EventKind.CAMERA_FROZEN: FAULT.format(what="one frame was repeated from the 70th second on"),
    EventKind.CAMERA_DARK: FAULT.format(what="a twentieth of the light was left"),
    EventKind.CAMERA_BLURRED: FAULT.format(what="the picture was put out of focus"),
    EventKind.CAMERA_MOVED: FAULT.format(what="the camera sees one part, and from the 70th second on another one"),
    EventKind.CAMERA_COVERED: FAULT.format(what="a hand was put before the lens"),
    EventKind.DEBRIS: THING.format(what="The stone was cut out at the kerb and put on the road."),
    EventKind.ABANDONED_OBJECT: THING.format(
        what="The bag was cut out beside the lamp post, and put down where somebody of the clip passed."
    ),
    EventKind.LITTERING: THING.format(
        what="The yellow jacket was cut out on the grass, and put down where somebody of the clip passed."
    ),
    EventKind.ENCROACHMENT: THING.format(what="Stones and cones of the same picture were put together on the road."),
    EventKind.RED_LIGHT: THING.format(
        what="The signal was drawn, and the van was cut out where it is parked and driven past it; it was found and "
        "tracked in these pictures as any other."
    ),
}
"""What was put into the picture, by kind."""
NO_MODEL: Final = "There is no real picture of it here: no model that sees it is shipped."
UNPHOTOGRAPHED: Final = {
    EventKind.SMOKE_FIRE: NO_MODEL,
    EventKind.FLOODING: NO_MODEL,
}
