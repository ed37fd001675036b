"""Inputs filled from NV12 are what the way over swscale gives."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest

from core.frames import InputSpec

torch = pytest.importorskip("torch")

from models.gpu.preprocess import Picture, fill, weights  # noqa: E402
from pipeline.sources.device_frames import host_nv12  # noqa: E402
from pipeline.sources.surfaces import Scaler, VideoSurface  # noqa: E402

SPECS = [InputSpec(416, 416), InputSpec(320, 320, order="bgr", mean=(103.5, 116.3, 123.7), std=(57.4, 57.1, 58.4))]


def frames(video: Path, count: int) -> list[av.VideoFrame]:
    with av.open(str(video)) as container:
        return [frame for _, frame in zip(range(count), container.decode(video=0), strict=False)]


@pytest.mark.parametrize("clip", ["car_detection.mp4", "highway.avi", "pets09_s2l1.avi", "topdown_traffic.mp4"])
@pytest.mark.parametrize("spec", SPECS)
def test_a_frame_fills_its_place_as_swscale_would(shared: Path, clip: str, spec: InputSpec) -> None:
    frame = frames(shared / "video" / clip, 1)[0]
    wanted = np.zeros((3, spec.height, spec.width), np.float32)
    place = VideoSurface(frame, Scaler()).write_into(wanted, spec)
    images = torch.full((2, 3, spec.height, spec.width), 9.0)
    assert fill(images, [Picture.of(host_nv12(frame))], [1], spec) == [place]
    assert (images[0] == 9).all()
    levels = np.abs(images[1].numpy() - wanted) * np.reshape(spec.std, (3, 1, 1))
    assert levels.mean() < 1.0
    assert np.quantile(levels, 0.99) < 4.0


def test_weights_are_those_of_an_area_and_keep_brightness() -> None:
    third = weights(9, 3, True)
    assert torch.allclose(third, torch.eye(3).repeat_interleave(3, dim=1) / 3)
    for source, target, shrinks in ((1080, 640, True), (540, 640, True), (100, 333, False), (7, 7, True)):
        assert torch.allclose(weights(source, target, shrinks).sum(dim=1), torch.ones(target))


KERNEL = """
import numpy as np, torch
from core.device import BT709, Colour, Nv12
from core.frames import InputSpec
from models.gpu import kernels
from models.gpu.preprocess import Picture, fill, row
from models.gpu.suppress import _survivors
rng = np.random.default_rng(1)
spec = InputSpec(40, 32, order="bgr", mean=(1.0, 2.0, 3.0), std=(50.0, 60.0, 70.0))
pictures = []
for (w, h), turns in zip(((64, 48), (33, 57), (20, 10), (128, 36), (34, 60)), (0, 1, 2, 3, 0)):
    luma = torch.from_numpy(rng.integers(0, 256, (h, w + 6), dtype=np.uint8))[:, :w]
    half = (w + 1) // 2
    chroma = torch.from_numpy(rng.integers(0, 256, ((h + 1) // 2, half + 3, 2), dtype=np.uint8))[:, :half]
    colour = Colour(*BT709, full=turns == 2)
    pictures.append(Picture.of(Nv12(w, h, luma, chroma, "cpu", colour, turns)))
targets = [3, 0, 4, 1, 2]
for dtype, layout in ((torch.float32, torch.contiguous_format), (torch.float16, torch.channels_last)):
    wanted, found = (torch.zeros((5, 3, 32, 40), dtype=dtype).to(memory_format=layout) for _ in range(2))
    fill(wanted, pictures, targets, spec)
    rows = [row(p, spec, t)[0] for p, t in zip(pictures, targets)]
    table, colours = kernels.tables(rows, [p.nv12.colour.to_rgb() for p in pictures], "cpu")
    kernels.fill(found, table, colours, spec)
    apart = (wanted.float() - found.float()).abs().max().item()
    assert apart < (1e-4 if dtype is torch.float32 else 6e-3), apart
for count in (1, 31, 90):
    corners = torch.from_numpy(rng.integers(0, 30, (2, 90, 2)).astype(np.float64))
    boxes = torch.cat((corners, corners + torch.from_numpy(rng.integers(1, 25, (2, 90, 2)).astype(np.float64))), 2)
    group = torch.from_numpy(rng.integers(0, 3, (2, 90)))
    valid = (torch.arange(90) < count).repeat(2, 1)
    for iou in (0.1, 0.5):
        assert torch.equal(kernels.survivors(boxes, group, valid, iou), _survivors(boxes, group, valid, iou))
print("same")
"""


@pytest.mark.slow
def test_the_kernels_do_what_pytorch_does() -> None:
    pytest.importorskip("triton")
    env = os.environ | {"TRITON_INTERPRET": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-P", "-c", KERNEL], env=env, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "same", done.stdout + done.stderr
