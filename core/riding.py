"""How somebody sits on a two-wheeler, as their boxes show it."""

from __future__ import annotations

from typing import Final

ASIDE: Final = 0.45
"""A rider's middle is at most this share of the machine's width off its middle: on 1.9 m of motorcycle seen across, a
pillion sits 0.7 m off (0.37); along, handlebars are 0.7 m wide, and who walks beside them is 0.6 m off (0.86)."""
BELOW: Final = 0.1
ABOVE: Final = 0.9
"""A rider's lower edge lies within these shares of the machine's height around its own: feet stand on rests, 0.25 m up,
and boxes tremble; legs hidden, a box ends at the seat (0.75 m of 1.1 m). Who walks on the near side is lower."""
SMALLEST: Final = 0.5
LARGEST: Final = 2.2
"""A rider's height as a share of the machine's: 1.3 for an adult (1.4 m on 1.1 m), 0.55 at 60° from above, 1.6 for one
who stands; more is somebody nearer the camera."""
SLACK: Final = 0.15
"""Two who are watched already may exceed each limit by so much: boxes tremble, a foot is put down at a red light."""
