"""A scene file with comments, as a person would have written it."""

from __future__ import annotations

SCENE = """\
# The junction at the market.
# Surveyed in May.
id: market
version: 4
reference_size: [640, 480]

ground:
  points:                       # by tape
    - {pixel: [100, 400], metres: [0, 0]}
    - {pixel: [500, 400], metres: [10, 0]}
    - {pixel: [400, 200], metres: [10, 30]}
    - {pixel: [200, 200], metres: [0, 30]}

zones:
  # closed after ten
  - id: yard
    name: {en: yard, vi: sân}
    polygon: [[10, 300], [80, 300], [80, 400], [10, 400]]   # to the wall
  - id: gate
    polygon: [[500, 300], [600, 300], [600, 380]]

# where we count
lines:
  - id: road
    start: [150, 350]
    end: [450, 350]
lanes:
  - id: north-1
    polygon: [[250, 460], [330, 460], [310, 210], [290, 210]]
    centreline: [[290, 460], [300, 210]]
    group: north
rules:
  - kind: security.intrusion   # guards read this
    zone: yard
"""

SIGNALS = """\
signals:
  # on the mast
  - id: south
    name: {en: southern arm, vi: nhánh nam}
    lanes: [north-1]
    lamps:
      - {colour: red, circle: [420, 60, 9]}     # LED
      - {colour: green, box: [411, 95, 429, 113]}
  # at the kerb
  - id: kerb
    lanes: [north-1]
    lamps:
      - {colour: red, polygon: [[60, 90], [70, 90], [70, 100], [60, 100]]}
      - {colour: green, circle: [65, 120, 5]}
"""
"""Two signals of the scene, with each form of lamp."""
