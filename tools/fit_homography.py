"""Fit a camera's homography, image foot point to metres on the ground, to a MOTChallenge ground-truth file.

Columns of the file: frame, track, left, top, width, height (pixels), flag, X, Y (metres), Z. The foot point is the
middle of a box's lower edge. One half of the frames is fitted and the other scored; the matrix printed is then fitted
on all.
"""

import argparse
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

Points = NDArray[np.float64]

SOFT_M = 0.1
"""Position error in metres from which a point counts less than its square: a box is drawn to a pixel or two."""


def project(matrix: Points, pixels: Points) -> Points:
    """Metres (N, 2) of pixels (N, 2)."""
    homogeneous = np.c_[pixels, np.ones(len(pixels))] @ matrix.T
    return np.asarray(homogeneous[:, :2] / homogeneous[:, 2:])


def fit(pixels: Points, metres: Points) -> Points:
    """The 3x3 matrix, its last element 1, of least robust error in metres on the ground.

    Errors are weighed in metres, where the rules work, and not in pixels: a far pixel is worth more metres.
    """
    # Pixels and their products differ by six orders of magnitude; scaled to about 1 the solver converges.
    middle, spread = pixels.mean(axis=0), pixels.std()
    unit = np.array([[1, 0, -middle[0]], [0, 1, -middle[1]], [0, 0, spread]]) / spread
    scaled = project(unit, pixels)
    start = np.asarray(cv2.findHomography(scaled, metres)[0], dtype=np.float64)

    def errors(values: Points) -> Points:
        return (project(np.append(values, 1).reshape(3, 3), scaled) - metres).ravel()

    best = least_squares(errors, (start / start[2, 2]).ravel()[:8], loss="soft_l1", f_scale=SOFT_M, x_scale="jac")
    matrix = np.append(best.x, 1).reshape(3, 3) @ unit
    return np.asarray(matrix / matrix[2, 2])


def describe(matrix: Points, pixels: Points, metres: Points) -> str:
    """Position error in metres."""
    error = np.linalg.norm(project(matrix, pixels) - metres, axis=1)
    middle, most = np.percentile(error, (50, 95))
    rms = float(np.sqrt(np.mean(error**2)))
    return f"{len(error)} boxes, median {middle:.3f} m, 95th percentile {most:.3f} m, RMS {rms:.3f} m"


def speeds(frame: Points, track: Points, metres: Points, rate: float) -> Points:
    """Speeds in m/s over one second, for each track and frame that has a box one second later."""
    step = round(rate)
    at = {(int(one), int(when)): place for one, when, place in zip(track, frame, metres, strict=True)}
    moves = [at[one, when + step] - place for (one, when), place in at.items() if (one, when + step) in at]
    return np.asarray(np.linalg.norm(moves, axis=1) * rate / step)


def main() -> None:
    """Print the matrix and what it costs in metres."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("truth", type=Path, help="MOTChallenge gt.txt with world coordinates")
    parser.add_argument("--rate", type=float, default=7.0, help="frames a second (7 in PETS 2009)")
    options = parser.parse_args()

    rows = np.loadtxt(options.truth, delimiter=",", dtype=np.float64)
    pixels = np.c_[rows[:, 2] + rows[:, 4] / 2, rows[:, 3] + rows[:, 5]]
    frame, metres = rows[:, 0], rows[:, 7:9]
    first = frame <= frame.max() / 2
    half = fit(pixels[first], metres[first])
    whole = fit(pixels, metres)
    print("first half, fitted:", describe(half, pixels[first], metres[first]))
    print("second half, unseen:", describe(half, pixels[~first], metres[~first]))
    print("all, fitted:", describe(whole, pixels, metres))
    pace = speeds(frame, rows[:, 1], project(whole, pixels), options.rate)
    print(f"median speed {np.median(pace):.2f} m/s, of those above 0.5 m/s {np.median(pace[pace > 0.5]):.2f} m/s")
    for row in whole:
        print("[" + ", ".join(f"{value:.8e}" for value in row) + "]")


if __name__ == "__main__":
    main()
