"""What a person asked `matpho run` for, in words that can be handed to another process."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from core.errors import ConfigError
from core.protocols import Sink
from matpho.defaults import EVIDENCE, MODEL, STORE
from matpho.plan import Plan
from matpho.planning import plan_configuration, plan_sources
from scenes.config import Workers, load_configuration
from scenes.model_specs import InputWidth, ModelSpec


class RunRequest(BaseModel):
    """A run as asked for: sources with their options, or one configuration file. Holds no secret but what is written in
    an address.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sources: tuple[str, ...]
    scene: Path | None = None
    model: str | None = None
    threads: int | None = None
    input: InputWidth | None = None
    trim: bool = False
    fps: float | None = None
    still_fps: float | None = None
    start: str | None = None
    secrets: Path | None = None
    kafka: tuple[str, ...] = ()
    kafka_required: bool = False
    store: Path = STORE
    evidence: Path = EVIDENCE
    loop: bool = False
    realtime: bool = False
    workers: Workers | None = None

    @property
    def configuration(self) -> Path | None:
        """The configuration file, if that is what the one source is."""
        only = self.sources[0] if len(self.sources) == 1 else ""
        return Path(only) if only.endswith((".yaml", ".yml")) else None

    def plan(self) -> Plan:
        """What is to be run.

        Raises:
            MatphoError: something of it cannot be used.
        """
        if self.configuration is None:
            return self._plan_sources()
        for option in ("scene", "model", "input", "trim", "fps", "still_fps", "start"):
            if getattr(self, option):
                name = "--" + option.replace("_", "-")
                raise ConfigError("error-option-in-file", option=name, path=self.configuration)
        return plan_configuration(
            load_configuration(self.configuration), loop=self.loop, realtime=self.realtime, workers=self.workers
        )

    def sinks(self) -> list[Sink]:
        """The sinks that were asked for besides those of the plan.

        Raises:
            MatphoError: a broker that is required does not answer.
        """
        if self.kafka_required and not self.kafka:
            raise ConfigError("error-kafka-required-alone")
        if not self.kafka:
            return []
        from matpho.kafka_plan import kafka_sinks_at  # a client that takes long to import

        return kafka_sinks_at(self.kafka, required=self.kafka_required)

    def _plan_sources(self) -> Plan:
        chosen = ModelSpec(path=self.model or MODEL, threads=self.threads, input=self.input or "auto", trim=self.trim)
        cameras = plan_sources(
            self.sources,
            model=chosen,
            scene=self.scene,
            fps=self.fps,
            still_fps=self.still_fps,
            start=self.start,
            secrets=self.secrets,
            loop=self.loop,
            realtime=self.realtime,
        )
        count: int | Literal["auto"] = self.workers or 1
        return Plan(chosen, cameras, store=self.store, evidence=self.evidence, workers=count)
