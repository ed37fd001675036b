"""The inner loop of `core.lens`: one point, and its derivatives."""

from __future__ import annotations

from core.arrays import F64
from core.compiled import in_place

TURNS = 20
CLOSE = 1e-3


@in_place
def straighten(lens: F64, x: float, y: float, place: F64, jacobian: F64) -> bool:
    """Write a pixel's place in a pinhole's picture and its derivatives by pixels; whether it has one.

    Args:
        lens: `core.lens.Lens.numbers`.
    """
    k1, k2, p1, p2, k3 = lens[0], lens[1], lens[2], lens[3], lens[4]
    u, v = (x - lens[6]) / lens[5], (y - lens[7]) / lens[5]
    s, t = u, v
    for turn in range(TURNS + 1):
        rr = s * s + t * t
        radial = 1 + rr * (k1 + rr * (k2 + rr * k3))
        slope = 2 * (k1 + rr * (2 * k2 + rr * 3 * k3))
        off_x = s * radial + 2 * p1 * s * t + p2 * (rr + 2 * s * s) - u
        off_y = t * radial + p1 * (rr + 2 * t * t) + 2 * p2 * s * t - v
        a = radial + s * s * slope + 2 * p1 * t + 6 * p2 * s
        b = s * t * slope + 2 * p1 * s + 2 * p2 * t
        d = radial + t * t * slope + 6 * p1 * t + 2 * p2 * s
        det = a * d - b * b
        if abs(off_x) + abs(off_y) < 1e-12 or turn == TURNS:
            break
        s -= (d * off_x - b * off_y) / det
        t -= (a * off_y - b * off_x) / det
    if not (max(abs(off_x), abs(off_y)) < CLOSE and rr <= lens[8]):
        return False
    place[0], place[1] = s * lens[5] + lens[6], t * lens[5] + lens[7]
    jacobian[0, 0], jacobian[1, 1] = d / det, a / det
    jacobian[0, 1] = jacobian[1, 0] = -b / det
    return True
