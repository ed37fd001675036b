"""Three brokers, three replicas, two of them in sync: nothing is lost when leaders die or move."""

from __future__ import annotations

import time

import pytest

from tests.faults.line import Line, Sending, settings_of
from tests.support.kafka_cluster import Cluster
from tests.support.waiting import eventually

pytestmark = [pytest.mark.faults, pytest.mark.broker, pytest.mark.timeout(1200)]


def test_each_leader_is_killed_in_turn(cluster_line: Line[Cluster]) -> None:
    line, cluster = cluster_line, cluster_line.kafka
    sending = Sending(line, settings_of(line, timeout_s=10), replicas=3)
    sending.send(300)
    eventually(lambda: sending.delivered == 300)
    for _ in range(3):
        leader = cluster.leaders(line.topic)[0]
        cluster.brokers[leader].kill()
        sending.send(500, 0.004)
        eventually(lambda: sending.delivered >= sending.sent, timeout_s=200)  # the two that are left take everything
        cluster.start()
        cluster.wait_in_sync(line.topic)
    sending.all_arrive()


def test_leaders_are_moved_while_events_flow(cluster_line: Line[Cluster]) -> None:
    line, cluster = cluster_line, cluster_line.kafka
    sending = Sending(line, settings_of(line, timeout_s=10), replicas=3)
    sending.send(300)
    eventually(lambda: sending.delivered == 300)
    for order in ((2, 3, 1), (3, 1, 2), (1, 2, 3)):
        sending.send(100, 0.002)
        cluster.move_leaders(line.topic, order)
        sending.send(300, 0.002)
    sending.all_arrive()


def test_with_one_of_three_left_nothing_is_acknowledged_and_nothing_lost(cluster_line: Line[Cluster]) -> None:
    line, cluster = cluster_line, cluster_line.kafka
    sending = Sending(line, settings_of(line, timeout_s=10), replicas=3)
    sending.send(300)
    eventually(lambda: sending.delivered == 300)
    for number in (2, 3):
        cluster.brokers[number].kill()
    time.sleep(1.0)
    before = sending.delivered
    sending.send(500, 0.004)
    eventually(lambda: sending.retried > 0)
    assert sending.delivered == before, "two in sync are wanted"
    cluster.start()
    sending.send(100)
    sending.all_arrive()
