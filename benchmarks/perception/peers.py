"""Other packages' whole chains: what to install, which script plays them, and their rounds."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Final, Self

from benchmarks.environments import SCRIPTS, Environment
from benchmarks.perception.ours import Clip, Timed
from benchmarks.perception.result import ULTRALYTICS_OPENVINO, ULTRALYTICS_ORT, PeerFigures
from benchmarks.talk import Talk
from models.backends import open_network, simplest
from models.backends.int8 import fp32_graph
from models.ultralytics import recognised


@dataclass(frozen=True, slots=True)
class Peer:
    """A chain of another package, with that package's defaults.

    Attributes:
        name: as shown; short, no spaces.
        script: in `benchmarks/peers`.
        runtime: the distribution that computes the graph; installed in our own version, so that it decides nothing.
        requirements: what uv installs besides, the package itself first.
    """

    name: str
    script: str
    runtime: str
    requirements: tuple[str, ...]

    @property
    def environment(self) -> tuple[str, ...]:
        """All that uv installs."""
        return (*self.requirements, _as_ours(self.runtime))

    @property
    def distributions(self) -> list[str]:
        """The names of what uv installs, without versions."""
        return [re.split("[=<>~]", requirement)[0] for requirement in self.environment]


_ULTRALYTICS: Final = ("ultralytics==8.4.190", "lapx==0.11.1")

PEERS: Final = (
    Peer(ULTRALYTICS_ORT, "run_perception_ultralytics.py", "onnxruntime", _ULTRALYTICS),
    Peer(ULTRALYTICS_OPENVINO, "run_perception_ultralytics.py", "openvino", _ULTRALYTICS),
    Peer(
        "supervision-trackers",
        "run_perception_supervision.py",
        "onnxruntime",
        ("trackers==2.6.1", "supervision==0.31.2"),
    ),
)


@dataclass(frozen=True, slots=True)
class PeerModel:
    """What peers are given: the file itself, the same weights in fp32 for OpenVINO, and what it says of itself.

    OpenVINO is given what a user would export for it: an integer graph made for ONNX Runtime is none of its own.
    """

    path: Path
    plain: Path
    side: int
    metadata: Mapping[str, str]

    @classmethod
    def of(cls, path: Path) -> Self | None:
        """None for a model that is no square export of Ultralytics as ONNX, which no peer reads.

        Raises:
            ModelError: the file cannot be read.
        """
        if path.suffix != ".onnx":
            return None
        network = open_network(path, simplest(path), threads=1)
        side = network.size[0]
        if not recognised(network) or side is None or network.size != (side, side):
            return None
        return cls(path.resolve(), (fp32_graph(path) or path).resolve(), side, dict(network.metadata))


class Playing:
    """A peer at work in its own process, asleep between rounds; a context manager that ends it.

    Args:
        command: what starts Python in its environment.
        core: the one it keeps to, None for any.
        folder: for files of its own; it exists.

    Raises:
        EnvironmentFailure: it cannot be started or fails before it is warm.
    """

    def __init__(
        self, peer: Peer, command: list[str], model: PeerModel, clip: Clip, core: int | None, folder: Path
    ) -> None:
        job: dict[str, Any] = {
            "video": str(clip.video.resolve()),
            "model": str(model.plain if peer.runtime == "openvino" else model.path),
            "imgsz": model.side,
            "frames": clip.frames,
            "core": core,
            "distributions": peer.distributions,
            "runtime": peer.runtime,
            "metadata": dict(model.metadata),
            "folder": str(folder),
        }
        path = folder / "job.json"
        path.write_text(json.dumps(job), encoding="utf-8")
        self.figures = PeerFigures()
        self._talk = Talk([*command, str(SCRIPTS / peer.script), str(path)], peer.name)
        try:
            warm = self._talk.hear()
        except BaseException:
            self._talk.close()
            raise
        self.figures.versions = warm["versions"] | {"python": warm["python"]}

    def round(self) -> None:
        """Play the clip once more.

        Raises:
            EnvironmentFailure: it failed.
        """
        answer = self._talk.ask("round")
        timed = Timed(answer["frames"], answer["seconds"], answer["cpu_seconds"])
        self.figures.rounds.append(timed)
        self.figures.boxes = answer["boxes"] / max(timed.frames, 1)

    def close(self) -> None:
        """End its process."""
        self._talk.close()


def start(peer: Peer, uv: str, model: PeerModel, clip: Clip, core: int | None, folder: Path) -> Playing:
    """Install a peer where it is not, and start it.

    Raises:
        EnvironmentFailure: it cannot be installed or started.
    """
    environment = Environment(uv, peer.environment)
    environment.prepare()
    folder.mkdir()
    return Playing(peer, environment.command, model, clip, core, folder)


def _as_ours(distribution: str) -> str:
    try:
        return f"{distribution}=={metadata.version(distribution)}"
    except metadata.PackageNotFoundError:
        return distribution
