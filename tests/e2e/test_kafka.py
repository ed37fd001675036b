"""From the shipped clip to a real broker."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.command import matpho
from tests.support.kafka import KafkaBroker

ROOT = Path(__file__).resolve().parents[2]
CLIP, SCENE = ROOT / "matpho/demo/plaza.mp4", ROOT / "matpho/demo/plaza.yaml"


@pytest.mark.broker
def test_events_of_a_run_reach_the_topic_in_order_with_the_camera_as_key(kafka: KafkaBroker, tmp_path: Path) -> None:
    done = matpho("run", CLIP, "--scene", SCENE, "--kafka", kafka.address, "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    printed = [json.loads(line) for line in done.stdout.splitlines()]
    received = [m for m in kafka.read("matpho.events.v1") if m.key == b"plaza"]
    sent = [json.loads(message.value) for message in received]
    assert [(e["event_id"], e["revision"]) for e in sent] == [(e["event_id"], e["revision"]) for e in printed]
    assert len({message.partition for message in received}) == 1
    headers = dict(received[0].headers)
    assert headers["ce_specversion"] == b"1.0"
    assert headers["ce_subject"].decode() == sent[0]["event_id"]


def test_a_broker_that_is_away_is_told_and_the_store_keeps_the_events(tmp_path: Path) -> None:
    done = matpho("run", CLIP, "--scene", SCENE, "--kafka", "127.0.0.1:1", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "127.0.0.1:1" in done.stdout + done.stderr
    assert "not delivered" in done.stdout
    listed = matpho("events", "--format", "json", cwd=tmp_path)
    assert len(listed.stdout.splitlines()) >= 8
