"""The detector of devices, on the CPU, beside the ordinary one on real frames."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from core.detections import DetectionBatch
from core.frames import ClockSource, FrameBatch, FrameMeta, Surface
from core.geometry import iou
from models.backends import open_network
from models.registry import _whole, load_detector, plan_detector

torch = pytest.importorskip("torch")

from models.gpu.detector import DeviceDetector, DeviceMemoryError  # noqa: E402
from models.gpu.surfaces import TorchSurface  # noqa: E402
from pipeline.sources.device_frames import host_nv12  # noqa: E402
from pipeline.sources.surfaces import Scaler, VideoSurface  # noqa: E402

CLIPS = ("car_detection.mp4", "highway.avi", "pets09_s2l1.avi", "topdown_traffic.mp4")


def detector(max_batch: int = 4) -> DeviceDetector:
    path, card = _whole("nanodet_g_416")
    network = open_network(path, threads=2)
    return DeviceDetector(network, plan_detector(network, card), device="cpu", max_batch=max_batch)


def batches(shared: Path, every: int, count: int) -> list[tuple[FrameBatch, FrameBatch]]:
    """The same frames on the host and as if on a device: one of each clip in a batch."""
    found: list[list[tuple[FrameMeta, Surface, Surface]]] = []
    for clip in CLIPS:
        with av.open(str(shared / "video" / clip)) as container:
            frames = [f for i, f in enumerate(container.decode(video=0)) if i % every == 0][:count]
        rows: list[tuple[FrameMeta, Surface, Surface]] = []
        for seq, frame in enumerate(frames):
            meta = FrameMeta(clip, 0, seq, 0, ClockSource.FILE, 0, seq, frame.width, frame.height)
            rows.append((meta, VideoSurface(frame, Scaler()), TorchSurface(host_nv12(frame))))
        found.append(rows)
    made = []
    for together in zip(*found, strict=True):
        metas, hosts, devices = zip(*together, strict=True)
        made.append((FrameBatch(metas, hosts), FrameBatch(metas, devices)))
    return made


def matched(a: DetectionBatch, b: DetectionBatch, sure: float) -> tuple[int, int]:
    """Of the boxes of `a` that are sure: how many `b` has, and how many there are."""
    hits = total = 0
    for i in range(len(a.frames)):
        mine, theirs = (slice(*x.offsets[i : i + 2]) for x in (a, b))
        same = (iou(a.xyxy[mine], b.xyxy[theirs]) >= 0.7) & (a.class_id[mine][:, None] == b.class_id[theirs])
        counted = a.score[mine] >= sure
        hits, total = hits + int(same.any(axis=1)[counted].sum()), total + int(counted.sum())
    return hits, total


def test_frames_on_a_device_show_what_they_show_on_the_host(shared: Path) -> None:
    reference, ours = load_detector(threads=2), detector()
    sure = 0.02 + _whole("nanodet_g_416")[1].score_threshold  # type: ignore[union-attr]
    hits = total = 0
    for hosted, placed in batches(shared, 10, 12):
        wanted, found = reference.detect(hosted), ours.detect(placed)
        for one, other in ((wanted, found), (found, wanted)):
            some, all_ = matched(one, other, sure)
            hits, total = hits + some, total + all_
    assert total > 300
    assert hits / total >= 0.99, (hits, total)


def test_frames_of_the_host_go_through_pinned_slots_and_mix_with_others(shared: Path) -> None:
    reference, ours = load_detector(threads=2), detector()
    hosted, placed = batches(shared, 50, 1)[0]
    mixed = FrameBatch(hosted.frames, (hosted.surfaces[0], placed.surfaces[1], hosted.surfaces[2], placed.surfaces[3]))
    wanted, found = reference.detect(hosted), ours.detect(mixed)
    for i in (0, 2):
        a, b = (slice(*x.offsets[i : i + 2]) for x in (wanted, found))
        np.testing.assert_allclose(found.xyxy[b], wanted.xyxy[a], atol=0.05)
        np.testing.assert_array_equal(found.class_id[b], wanted.class_id[a])


def test_batches_wait_for_each_other_and_come_back_in_order(shared: Path) -> None:
    ours = detector(max_batch=2)
    work = [placed for _, placed in batches(shared, 40, 3)]
    alone = [ours.detect(batch) for batch in work]
    tickets = [ours.submit(batch) for batch in work]
    for ticket, batch, wanted in zip(tickets, work, alone, strict=True):
        assert ticket.ready
        found = ticket.collect()
        assert found.frames == batch.frames
        np.testing.assert_array_equal(found.xyxy, wanted.xyxy)
        np.testing.assert_array_equal(found.offsets, wanted.offsets)
    assert len(ours.detect(FrameBatch((), ()))) == 0


def torch_detector(folder: Path, max_batch: int) -> DeviceDetector:
    """One that takes any number of images."""
    pytest.importorskip("ultralytics")
    from tests.support.torch_weights import weights_file

    path = weights_file(folder / "model.pt")
    plan = load_detector(path, backend="torch", threads=2, score_threshold=0.3)._plan
    return DeviceDetector(open_network(path, "torch", threads=2), plan, device="cpu", max_batch=max_batch)


def test_a_device_without_room_gets_half_the_batch_and_then_gives_up(
    tmp_path: Path, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = torch_detector(tmp_path, 4)
    batch = batches(shared, 40, 1)[0][1]
    wanted = ours.detect(batch)
    run, room = ours._engine._all, 2

    def full(size: int) -> Any:
        if size > room:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return run(size)

    monkeypatch.setattr(ours._engine, "_all", full)
    found = ours.detect(batch)
    assert ours.batch_size == 2
    np.testing.assert_allclose(found.xyxy, wanted.xyxy, atol=1e-2)
    room = 0
    with pytest.raises(DeviceMemoryError, match="cpu has no memory left"):
        ours.detect(batch)
    room = 2
    np.testing.assert_allclose(ours.detect(batch).xyxy, wanted.xyxy, atol=1e-2)


def test_short_batches_are_padded_to_the_sizes_that_are_recorded(tmp_path: Path, shared: Path) -> None:
    ours = torch_detector(tmp_path, 6)
    assert ours._engine.sizes == (1, 2, 4, 6)
    batch = batches(shared, 40, 1)[0][1]
    four = ours.detect(batch)
    three = ours.detect(FrameBatch(batch.frames[:3], batch.surfaces[:3]))
    np.testing.assert_allclose(three.xyxy, four.xyxy[: four.offsets[3]], atol=1e-2)


def test_weights_of_ultralytics_give_the_boxes_of_the_ordinary_detector(tmp_path: Path, shared: Path) -> None:
    pytest.importorskip("ultralytics")
    from tests.support.torch_weights import weights_file

    path = weights_file(tmp_path / "model.pt")
    network = open_network(path, "torch", threads=2)
    ordinary = load_detector(path, backend="torch", threads=2, score_threshold=0.3)
    hosted = batches(shared, 60, 1)[0][0]
    plan = ordinary._plan
    wanted = ordinary.detect(hosted)
    ours = DeviceDetector(network, plan, device="cpu")
    found = ours.detect(hosted)
    np.testing.assert_allclose(found.xyxy, wanted.xyxy, atol=1e-2)
    assert ours.counters == ordinary.counters
