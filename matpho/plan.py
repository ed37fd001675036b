"""What is to be run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from core.off_rules import OffRule
from core.protocols import Sink
from incidents.sites import Site
from matpho.defaults import EVIDENCE, STORE
from matpho.second_models import SecondModels
from matpho.signal_feeds import OpenFeeds, untold
from pipeline.cameras import CameraPlan
from pipeline.second_look.alerts import SecondLook
from pipeline.signals.board import SignalBoard
from scenes.config import BatchSpec, OutboxSpec, Workers
from scenes.model_specs import ModelSpec, TrackingSpec


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a run needs. Sinks are made when it starts, so that a plan that is never run opens nothing."""

    model: ModelSpec
    cameras: tuple[CameraPlan, ...]
    batch: BatchSpec = field(default_factory=BatchSpec)
    store: Path | None = STORE
    evidence: Path | None = EVIDENCE
    sinks: tuple[Callable[[], Sink], ...] = ()
    tracking: TrackingSpec = field(default_factory=TrackingSpec)
    workers: Workers = 1
    outbox: OutboxSpec = field(default_factory=OutboxSpec)
    frame_tracks: bool = False
    sites: tuple[Site, ...] = ()
    """Where cameras stand, of those that the configuration places or names neighbours of."""
    second_look: Callable[[], SecondLook | None] = lambda: None
    open_feeds: OpenFeeds = lambda _stack, _processes: None
    """Opens what tells the state of signals; for as long as a stack, given the number of processes of the run."""
    second_models: SecondModels = field(default_factory=SecondModels)
    signals: SignalBoard | None = None
    """What controllers have told, where anybody may tell."""

    @property
    def off(self) -> tuple[OffRule, ...]:
        """Rules that can find nothing, as far as is known."""
        unseen = self.second_models.off((camera.camera_id, camera.rules) for camera in self.cameras)
        return unseen if self.signals is not None else (*unseen, *untold(self.cameras))

    def with_threads(self, threads: int) -> Plan:
        """The same with so many threads in the detector."""
        return replace(self, model=self.model.model_copy(update={"threads": threads}))
