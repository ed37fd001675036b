"""Feeds of signals that tell nothing, and the rules that lack them meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

import structlog

from core.errors import StoreError
from core.off_rules import OffRule
from core.scene import Scene, Signal
from core.times import time_text
from models.observers.signals import STALE_NS, signals_of
from pipeline.cameras import CameraPlan
from pipeline.signals.board import SignalBoard
from scenes.incident_rules import StoppedVehicleSpec
from scenes.rules import AnyRuleSpec
from scenes.traffic_rules import QueueSpec
from scenes.violation_rules import RedLightSpec

log = structlog.get_logger()

POLL_S: Final = 1.0


class FeedWatch:
    """Looks once a second which signals have been told nothing for `STALE_NS`, from when on their state is unknown.

    Of cameras that are files only feeds that have told nothing at all are silent: their frames have another clock.

    Args:
        started_ns: UTC at which the feeds were opened.
        changed: called, by the thread that looks, when `silent` has changed.

    Attributes:
        silent: the rules that lack a signal now.
    """

    def __init__(
        self, board: SignalBoard, cameras: Sequence[CameraPlan], started_ns: int, changed: Callable[[], None]
    ) -> None:
        self._board, self._started_ns, self._changed = board, started_ns, changed
        self._fed = [(camera, signal) for camera in cameras for signal in _fed(camera)]
        self._quiet: frozenset[str] = frozenset()
        self._unsaid = False
        self.silent: tuple[OffRule, ...] = ()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="signal-feeds", daemon=True)

    def start(self) -> None:
        """Watch in a thread of its own until `close`."""
        if self._fed:
            self._thread.start()

    def close(self) -> None:
        """End; a feed that has told nothing at all is silent now, however short the run was."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()  # or it would say that a run goes on which has ended
        self._look(time.time_ns(), self._started_ns)

    def ages_s(self, now_ns: int) -> dict[str, float | None]:
        """For how long each feed has told nothing, at a time (UTC), by its sender's clock; None: it never told."""
        heard = {signal.feed: self._board.heard_ns(signal.feed) for _, signal in self._fed}
        return {name: None if at_ns is None else round((now_ns - at_ns) / 1e9, 1) for name, at_ns in heard.items()}

    def poll(self, now_ns: int) -> None:
        """Look at the feeds at a time (UTC).

        Raises:
            StoreError: `changed` could not say so; the next look tries again.
        """
        self._unsaid |= self._look(now_ns, now_ns - STALE_NS)
        if self._unsaid:
            self._changed()
            self._unsaid = False

    def _look(self, now_ns: int, began_before_ns: int) -> bool:
        """Whether other rules lack a signal than before."""
        found: list[OffRule] = []
        quiet: dict[str, int | None] = {}
        for camera, signal in self._fed:
            heard_ns = self._board.heard_ns(signal.feed)
            if heard_ns is None:
                if self._started_ns > began_before_ns:
                    continue
            elif not camera.source.live or now_ns - heard_ns <= STALE_NS:
                continue
            quiet[signal.feed] = heard_ns
            found += _lacking(camera, signal, heard_ns)
        self._say(quiet)
        before, self.silent = self.silent, tuple(dict.fromkeys(found))
        return before != self.silent

    def _say(self, quiet: dict[str, int | None]) -> None:
        for feed in sorted(quiet.keys() - self._quiet):
            heard_ns = quiet[feed]
            last = None if heard_ns is None else time_text(heard_ns)
            log.warning("signal_feed_silent", feed=feed, last=last, refused=self._board.refused)
        for feed in sorted(self._quiet - quiet.keys()):
            log.info("signal_feed_speaks_again", feed=feed)
        self._quiet = frozenset(quiet)

    def _watch(self) -> None:
        while not self._stop.wait(POLL_S):
            try:
                self.poll(time.time_ns())
            except StoreError as error:
                log.warning("silent_feeds_not_kept", error=str(error))


def _groups(scene: Scene) -> dict[str, str]:
    """The group of each lane, of a scene and its presets."""
    scenes = [scene, *(preset.scene for preset in scene.presets.values())]
    return {name: lane.group for one in scenes for name, lane in one.lanes.items()}


def _fed(camera: CameraPlan) -> Iterator[Signal]:
    return (signal for signal in signals_of(camera.scene) if signal.feed)


def _lacking(camera: CameraPlan, signal: Signal, heard_ns: int | None) -> Iterator[OffRule]:
    groups = _groups(camera.scene)
    for rule in camera.rules:
        if _asks_for(rule, signal, groups):
            yield OffRule(
                camera.camera_id,
                rule.rule_id,
                rule.kind,
                signal=signal.signal_id,
                feed=signal.feed,
                heard_ns=heard_ns,
            )


def _asks_for(rule: AnyRuleSpec, signal: Signal, groups: Mapping[str, str]) -> bool:
    if isinstance(rule, RedLightSpec):
        return rule.signal == signal.signal_id
    if isinstance(rule, QueueSpec):
        return rule.except_red and any(rule.place in (lane, groups[lane]) for lane in signal.lanes)
    if not isinstance(rule, StoppedVehicleSpec):
        return False
    anywhere = rule.zone is not None or rule.wants_lanes
    return any(anywhere or rule.place in (lane, groups[lane]) for lane in signal.lanes)
