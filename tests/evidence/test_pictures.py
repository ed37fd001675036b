"""Evidence is written whole, listed with its checksum, never outside its folder, and never holds the pipeline up."""

from __future__ import annotations

import hashlib
import json
import threading
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.arrays import U8
from core.errors import ConfigError
from core.events import Event, EventKind, Phase, Severity
from core.findings import EvidenceRequest
from core.frames import ClockSource, FrameMeta
from core.measures import LineCrossingMeasures
from core.scene import Label, Line, Scene, Zone
from evidence.folder import MANIFEST, place, verify
from evidence.pictures import PictureCounts, PictureWriter, write_reference

NOW = 1_767_600_000_123_000_000
FRAME = FrameMeta("hk01", 0, 7, NOW, ClockSource.FILE, 0, 0, 320, 240)
EVENT = Event(
    "e1", 1, EventKind.LINE_CROSSING, Phase.ENDED, Severity.LOW, 0.9, NOW, NOW, "hk01", "r1", "gate",
    LineCrossingMeasures("forward"), box=(100.0, 100.0, 200.0, 300.0),
)  # fmt: skip
SCENE = Scene(
    "s", 1, (640, 480),
    zones={"yard": Zone("yard", Label("Yard", "Sân"), np.array([[10.0, 10], [300, 10], [300, 200]]))},
    lines={"gate": Line("gate", Label("Gate", "Cổng"), np.array([50.0, 50.0]), np.array([600.0, 400.0]))},
)  # fmt: skip


def request(path: str = "hk01/e1.jpg", event: Event = EVENT) -> EvidenceRequest:
    return EvidenceRequest(event, FRAME, path)


def picture() -> U8:
    return np.full((240, 320, 3), 90, np.uint8)


def test_a_picture_shows_its_event_and_is_proved_by_the_manifest(tmp_path: Path) -> None:
    writer = PictureWriter(tmp_path)
    frame = picture()
    assert writer.offer(request(), frame, SCENE)
    assert writer.close()
    written = tmp_path / "hk01/e1.jpg"
    entry = json.loads((tmp_path / MANIFEST).read_text())
    assert entry["sha256"] == hashlib.sha256(written.read_bytes()).hexdigest()
    assert (entry["path"], entry["event_id"], entry["revision"], entry["camera_id"]) == ("hk01/e1.jpg", "e1", 1, "hk01")
    assert entry["captured"] == "2026-01-05T08:00:00.123000000Z"
    drawn = cv2.imread(str(written))
    assert drawn is not None
    assert drawn.shape[1] == 320
    assert drawn.shape[0] > 240, "the caption lies below the frame, not over it"
    # The box is drawn at half its reference coordinates, because the frame is half the reference size.
    assert int(drawn[100, 50, 2]) > int(drawn[100, 50, 1]) + 50
    assert np.all(frame == 90), "the caller's picture is left alone"
    assert writer.counts == PictureCounts(written=1)
    assert list(verify(tmp_path)) == []


def test_a_full_queue_drops_and_counts_and_takes_no_copy(tmp_path: Path) -> None:
    hold, begun, copies = threading.Event(), threading.Event(), []

    class Slow(np.ndarray):
        """A picture whose copying waits, so that the worker is busy."""

        def copy(self, *args: object, **kwargs: object) -> U8:  # type: ignore[override]
            begun.set()
            hold.wait(10)
            return np.asarray(self).copy()

    def copy() -> U8:
        copies.append(1)
        return picture()

    writer = PictureWriter(tmp_path, capacity=2)
    assert writer.offer(request("a/0.jpg"), picture().view(Slow), None)
    assert begun.wait(10)
    taken = [writer.offer(request(f"a/{i}.jpg"), copy, None) for i in range(1, 6)]
    hold.set()
    assert writer.close()
    assert taken == [True, True, False, False, False]
    assert len(copies) == 2
    assert writer.counts == PictureCounts(written=3, dropped=3)
    assert not writer.offer(request("a/9.jpg"), picture(), None)
    assert writer.counts.dropped == 4
    assert writer.close()


def test_a_disk_error_is_counted_and_the_next_picture_is_written(tmp_path: Path) -> None:
    (tmp_path / "blocked").write_text("a file where a folder is needed")
    writer = PictureWriter(tmp_path)
    assert writer.offer(request("blocked/e1.jpg"), picture(), SCENE)
    assert writer.offer(request("fine/e1.jpg"), picture(), SCENE)
    assert writer.close()
    assert writer.counts == PictureCounts(written=1, failed=1)
    assert not list(tmp_path.rglob("*.tmp"))


@pytest.mark.parametrize("path", ["../out.jpg", "/etc/out.jpg", "a/../../out.jpg", "", ".", "a\\..\\b.jpg", "a\0.jpg"])
def test_no_picture_is_written_outside_the_folder(tmp_path: Path, path: str) -> None:
    folder = tmp_path / "evidence"
    folder.mkdir()
    writer = PictureWriter(folder)
    assert writer.offer(request(path), picture(), None)
    assert writer.close()
    assert writer.counts.failed == 1
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_a_link_does_not_lead_out_of_the_folder(tmp_path: Path) -> None:
    folder, outside = tmp_path / "evidence", tmp_path / "outside"
    folder.mkdir()
    outside.mkdir()
    (folder / "hk01").symlink_to(outside)
    with pytest.raises(ConfigError, match="evidence"):
        place(folder, "hk01/e1.jpg")


@pytest.mark.parametrize("camera_id", ["hk01", "phố Huế/7", "..", "../../x", "a" * 300, "<img src=x>"])
def test_a_reference_picture_is_kept_for_any_camera_id(tmp_path: Path, camera_id: str) -> None:
    relative = write_reference(tmp_path, camera_id, picture())
    file = place(tmp_path, relative)
    assert file.is_file()
    assert file.parent == tmp_path.resolve() / "references"


def test_long_camera_ids_do_not_share_a_reference(tmp_path: Path) -> None:
    assert write_reference(tmp_path, "a" * 300 + "1", picture()) != write_reference(
        tmp_path, "a" * 300 + "2", picture()
    )


def test_tampering_is_found(tmp_path: Path) -> None:
    writer = PictureWriter(tmp_path)
    for name in ("kept", "changed", "gone"):
        writer.offer(request(f"hk01/{name}.jpg", replace(EVENT, event_id=name)), picture(), SCENE)
    assert writer.close()
    (tmp_path / "hk01/changed.jpg").write_bytes(b"other")
    (tmp_path / "hk01/gone.jpg").unlink()
    (tmp_path / "hk01/added.jpg").write_bytes(b"new")
    assert {(p.path, p.fault) for p in verify(tmp_path)} == {
        ("hk01/changed.jpg", "changed"), ("hk01/gone.jpg", "missing"), ("hk01/added.jpg", "unlisted"),
    }  # fmt: skip


def test_a_manifest_line_cut_short_hides_no_later_one(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text('{"path":"hk01/cut')
    writer = PictureWriter(tmp_path)
    writer.offer(request(), picture(), SCENE)
    assert writer.close()
    assert [(p.path, p.fault) for p in verify(tmp_path)] == [(f"{MANIFEST}:1", "unreadable")]


def test_a_folder_without_a_manifest_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"manifest\.jsonl"):
        list(verify(tmp_path))
