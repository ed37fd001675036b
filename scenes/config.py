"""The configuration of a running system: cameras, model, store, sinks. docs/configuration.md lists every key."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from core.events import EventKind
from core.taxonomy import LABELS
from scenes.documents import Document, Problem, ProblemsError, parse, read_document
from scenes.parts import Strict
from scenes.place_specs import Name, TwoNames
from scenes.scene_file import SceneFile, load_scene, unseen_presets

APPEARANCES: Final = ("none", "histogram")
"""Besides re-identification models."""


def _no_password(source: str) -> str:
    if "://" in source and urlsplit(source).password is not None:
        raise PydanticCustomError("problem-password-in-url", "password in the address", {})
    return source


def _as_model(value: Any) -> Any:
    return {"path": value} if isinstance(value, str) else value


Backend = Literal["onnxruntime", "onnxruntime-fp32", "tensorrt", "openvino", "torch"]
Decode = Literal["auto", "cpu", "nvdec", "cuvid"]
DEVICE: Final = r"cpu|cuda:\d+"


class ModelSpec(Strict):
    """The detector. A bare string stands for its `path`."""

    path: str = Field(
        "nanodet_g_416", description="Name of a shipped model, an ONNX file, or weights of Ultralytics (.pt)"
    )
    backend: Literal["auto", Backend] = Field(
        "auto",
        description="What computes it: `auto` measures what is installed, once for each machine, and takes the fastest "
        "that finds the same boxes; see models.md",
    )
    device: str = Field("cpu", pattern=f"^({DEVICE})$", description="Where it runs: `cpu` or `cuda:0`")
    threads: int | None = Field(None, ge=1, description="Threads of one inference; default: all cores")
    score_threshold: float | None = Field(None, gt=0, lt=1, description="Lowest score kept; default: the model card's")
    trim: bool = Field(
        False,
        description="Compute only as much of the model's input as a picture covers: 1.3 times as fast for 4:3 pictures "
        "in a square input, 1.6 times for 16:9; some boxes differ a little, see models.md",
    )


def _appearance(value: str) -> str:
    if value not in APPEARANCES and not value.endswith(".onnx"):
        raise PydanticCustomError("problem-appearance", "an appearance", {"found": value})
    return value


class TrackingSpec(Strict):
    """How detections are joined over time."""

    appearance: Annotated[str, AfterValidator(_appearance)] = Field(
        "none",
        description="What objects look like, to tell them apart where they meet: `none`, `histogram` (colours and "
        "edges, on the CPU), or an ONNX re-identification model",
    )


def _known_kind(value: str) -> str:
    if not any(kind.value == value or kind.value.startswith(f"{value}.") for kind in EventKind):
        known = ", ".join(kind.value for kind in EventKind)
        raise PydanticCustomError("problem-kind-unknown", "unknown kind", {"name": value, "known": known})
    return value


class CredentialSpec(Strict):
    """Where a camera's user and password come from; never the values themselves."""

    env: Annotated[str, Field(pattern=r"^[A-Z_][A-Z0-9_]*$")] | None = Field(
        None, description="Prefix of two environment variables, PREFIX_USER and PREFIX_PASSWORD"
    )
    file: Path | None = Field(
        None, description="Secrets file (YAML, name: {user, password}) that only its owner can read"
    )
    key: str | None = Field(None, description="Name in the secrets file; default: the camera's id")

    @model_validator(mode="after")
    def _one_way(self) -> CredentialSpec:
        if (self.env is None) == (self.file is None):
            raise PydanticCustomError("problem-credentials-one-way", "one of env, file", {})
        return self


def _device_service(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise PydanticCustomError("problem-onvif-url", "an http address", {"found": value})
    return value


def _as_onvif(value: Any) -> Any:
    return {"url": value} if isinstance(value, str) else value


class OnvifSpec(Strict):
    """A camera that says by ONVIF where it looks. A bare string stands for its `url`."""

    url: Annotated[str, AfterValidator(_no_password), AfterValidator(_device_service)] = Field(
        description="Address of its device service, such as http://192.0.2.10/onvif/device_service"
    )
    profile: str | None = Field(
        None, description="Token of the media profile whose view turns; default: the first that has PTZ"
    )
    credentials: CredentialSpec | None = Field(None, description="Its login; default: the camera's")
    ca_file: Path | None = Field(
        None,
        description="For https: certificates (PEM) to believe in place of the system's; where the camera signed its "
        "own, that one",
    )
    any_certificate: bool = Field(
        False, description="For https: believe whoever answers. Somebody in between can then say where the camera looks"
    )

    @model_validator(mode="after")
    def _one_belief(self) -> OnvifSpec:
        if self.any_certificate and self.ca_file is not None:
            raise PydanticCustomError("problem-onvif-beliefs", "one of ca_file, any_certificate", {})
        return self


class PositionSpec(Strict):
    """A place on Earth (WGS 84). `[longitude, latitude]` stands for it."""

    longitude: float = Field(ge=-180, le=180, description="Degrees east")
    latitude: float = Field(ge=-90, le=90, description="Degrees north")


def _as_position(value: Any) -> Any:
    if isinstance(value, list) and len(value) == 2:
        return {"longitude": value[0], "latitude": value[1]}
    return value


class CameraSpec(Strict):
    """One camera."""

    id: Name = Field(description="Identifier, unique in the system; the key of its records")
    name: TwoNames | None = Field(None, description="Name that operators see")
    source: Annotated[str, AfterValidator(_no_password)] = Field(
        description="rtsp://, http:// (MJPEG, HLS), a video file, a folder of pictures, or recorded traffic (.traffic)"
    )
    scene: Path | None = Field(None, description="Scene file; without it the camera is only counted and watched")
    fps: float | None = Field(None, gt=0, le=120, description="Most frames analysed in a second; default: all")
    still_fps: float | None = Field(
        None,
        ge=1,
        le=120,
        description="Frames analysed in a second while nothing moves; the first that moves is analysed at once. "
        "Default: as `fps`",
    )
    priority: int = Field(
        1, ge=1, le=100, description="When the machine cannot take all frames, cameras get turns in this ratio"
    )
    decode: Decode = Field(
        "auto",
        description="Where its video is decoded: `cpu`, `nvdec` (the GPU's decoder by PyNvVideoCodec), `cuvid` (the "
        "same by FFmpeg); `auto`: `nvdec` where the model runs on a GPU. What the GPU cannot decode, the CPU does",
    )
    credentials: CredentialSpec | None = Field(None, description="Login of the camera")
    position: Annotated[PositionSpec, BeforeValidator(_as_position)] | None = Field(
        None, description="Where it stands, `[longitude, latitude]`: what its scene cannot place is about there"
    )
    neighbours: list[Name] = Field(
        default_factory=list,
        max_length=64,
        description="Cameras that see the same road, or the road before or behind: their events may have one cause",
    )
    area: str = Field("", description="Part of the city whose incidents are linked together; see incidents.md")
    onvif: Annotated[OnvifSpec, BeforeValidator(_as_onvif)] | None = Field(
        None, description="Where to ask a camera that turns which preset it shows; else its picture alone tells"
    )
    start: str | None = Field(None, description="A file's first frame, RFC 3339; default: now")


class BatchSpec(Strict):
    """How frames of many cameras are brought together."""

    size: int = Field(8, ge=1, le=256, description="Most frames in one call of the detector")
    window_ms: float = Field(10.0, ge=0, le=1000, description="Longest wait for more frames after the first")
    max_age_s: float = Field(2.0, gt=0, description="Live frames older than this are dropped and counted")


class SecondLookSpec(Strict):
    """A second look at events before they go out, by a larger model or by a verifier over HTTP."""

    kinds: list[Annotated[str, AfterValidator(_known_kind)]] = Field(
        min_length=1, description="Kinds that are looked at, such as `incident.collision`, or their first part"
    )
    model: Annotated[ModelSpec, BeforeValidator(_as_model)] | None = Field(
        None, description="The model that looks at the event's place, at the full resolution of the frame"
    )
    url: str | None = Field(None, description="The verifier: https://…, or http:// on this machine; see incidents.md")
    token_env: Annotated[str, Field(pattern=r"^[A-Z_][A-Z0-9_]*$")] | None = Field(
        None, description="Variable that holds the verifier's bearer token"
    )
    token_file: Path | None = Field(None, description="File, readable by its owner alone, that holds it")
    wait_s: float = Field(3.0, ge=0.1, le=30, description="Longest time for which an event is held back, in seconds")
    waiting: int = Field(32, ge=1, le=1_000, description="Most events that wait for their look; more go out unverified")
    at_once: int = Field(1, ge=1, le=16, description="Looks taken at one time, by a verifier over HTTP")

    @model_validator(mode="after")
    def _one_way(self) -> SecondLookSpec:
        if (self.model is None) == (self.url is None):
            raise PydanticCustomError("problem-second-look-one-way", "one of model, url", {})
        if self.url is None and (self.token_env or self.token_file):
            raise PydanticCustomError("problem-second-look-token", "a token without url", {})
        if self.token_env is not None and self.token_file is not None:
            raise PydanticCustomError("problem-second-look-token", "two tokens", {})
        return self


def _taxonomy_class(value: str) -> str:
    if value not in LABELS:
        raise PydanticCustomError("problem-card-label", "a class", {"name": value, "known": ", ".join(LABELS)})
    return value


class SecondModelSpec(Strict):
    """A model that looks at pictures beside the detector, now and then: for smoke, fire, water."""

    name: Name = Field(description="Unique; stands in events, logs and the summary of a run")
    path: Path = Field(
        description="ONNX file of a detector or a classifier, with a card beside it or exported by Ultralytics; or "
        "weights of Ultralytics (.pt)"
    )
    classes: dict[str, Annotated[str, AfterValidator(_taxonomy_class)]] | None = Field(
        None,
        min_length=1,
        description="The model's class names that count, each with the class that it is here, such as "
        "`{Smoke: smoke, flame: fire}`. Default: as its card says, else by names that say it themselves",
    )
    every_s: float = Field(1.0, ge=0.2, le=60, description="Seconds from one look at a camera to the next")
    score_threshold: float | None = Field(
        None, gt=0, lt=1, description="Lowest score that counts; default: the card's, else 0.25, of a classifier 0.5"
    )
    backend: Backend = Field("onnxruntime", description="What computes it; see models.md")
    device: str = Field("cpu", pattern=f"^({DEVICE})$", description="Where it runs: `cpu` or `cuda:0`")
    threads: int = Field(1, ge=1, description="Threads of one inference: the detector's cores are not its own")
    batch: int = Field(4, ge=1, le=64, description="Most pictures computed at once")


class StoreSpec(Strict):
    """Where events and their pictures are kept."""

    path: Path = Field(Path("matpho.db"), description="SQLite file of the event store")
    evidence: Path = Field(Path("evidence"), description="Folder of pictures")


class OutboxSpec(Strict):
    """What waits for the sinks, on disk beside the store."""

    max_mb: int = Field(
        1024, ge=1, description="Most megabytes of records; at the bound what every sink has goes first"
    )
    max_age_h: float = Field(168.0, gt=0, description="Hours after which a record that no sink took goes")
    keep_h: float = Field(1.0, ge=0, description="Hours for which delivered records are kept, to be sent again")
    sync: bool = Field(True, description="Wait for the disk at each commit: a power cut loses nothing either")


TopicName = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,249}$")]


class TopicSpec(Strict):
    """One topic."""

    send: bool = Field(True, description="Whether these records are sent")
    name: TopicName | None = Field(None, description="Default: as below, `matpho.events.v1` and so on")
    partitions: int | None = Field(None, ge=1, le=10_000, description="Default: as for all topics")
    retention_h: float | None = Field(
        None, gt=0, description="Hours for which records are kept; default: 720, of tracks 168, of frames 24"
    )


class TopicsSpec(Strict):
    """The topics of a Kafka sink. A camera's records share a partition of each."""

    create: bool = Field(True, description="Make topics that are missing; else whoever runs the brokers has to")
    partitions: int | None = Field(
        None, ge=1, le=10_000, description="Of each topic; default: the brokers'. A topic that has others is told"
    )
    replicas: int | None = Field(
        None, ge=1, le=100, description="Copies of a new topic's records; default: the brokers'"
    )
    events: TopicSpec = Field(TopicSpec(), description="Events: `matpho.events.v1`")
    incidents: TopicSpec = Field(
        TopicSpec(), description="Incidents, each with its events: `matpho.incidents.v1`; their key is the incident"
    )
    measurements: TopicSpec = Field(TopicSpec(), description="Measurements: `matpho.measurements.v1`")
    tracks: TopicSpec = Field(TopicSpec(), description="Summaries of tracks that ended: `matpho.tracks.v1`")
    health: TopicSpec = Field(
        TopicSpec(), description="State of cameras: `matpho.health.v1`, compacted: the last of each camera is kept"
    )
    frames: TopicSpec | None = Field(
        None,
        description="All tracks of each frame, as protobuf (nv.Frame): `matpho.frames.v1`. Many: only where given",
    )


class SchemaRegistrySpec(Strict):
    """A Confluent Schema Registry, or one that speaks its API."""

    url: str = Field(pattern=r"^https?://[^\s@]+$", description="http(s)://host:port")
    credentials: CredentialSpec | None = Field(None, description="Login (HTTP Basic)")
    register_schemas: bool = Field(True, description="Register schemas that it lacks; else whoever runs it has to")
    ca_file: Path | None = Field(None, description="Its certificate authority (PEM)")


class KafkaSinkSpec(Strict):
    """Records to Kafka topics as CloudEvents."""

    kind: Literal["kafka"]
    bootstrap: list[Annotated[str, Field(pattern=r"^[^\s:]+:\d{1,5}$")]] = Field(
        min_length=1, description="Brokers, host:port"
    )
    topics: TopicsSpec = Field(TopicsSpec(), description="Where which records go")
    mode: Literal["binary", "structured"] = Field(
        "binary",
        description="Of CloudEvents: attributes in Kafka's headers, or all in one JSON value",
    )
    schema_registry: SchemaRegistrySpec | None = Field(
        None, description="Values then begin with a zero and the number of their schema there (Confluent's wire format)"
    )
    required: bool = Field(False, description="Refuse to start while no broker answers, rather than wait and say so")
    security: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field("PLAINTEXT", description="Protocol")
    sasl: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"] | None = Field(
        None, description="SASL mechanism; default: PLAIN"
    )
    credentials: CredentialSpec | None = Field(
        None, description="SASL login; with OAUTHBEARER the client's id and secret"
    )
    token_url: str | None = Field(
        None, description="Where OAUTHBEARER gets its tokens (OAuth 2.0 client credentials): https://…"
    )
    ca_file: Path | None = Field(None, description="Certificate authority of the brokers (PEM)")
    cert_file: Path | None = Field(None, description="Our own certificate (PEM), for brokers that ask for one")
    key_file: Path | None = Field(None, description="Its key (PEM, without a password)")
    driver: Literal["auto", "kafka-python", "confluent"] = Field(
        "kafka-python",
        description="Client library: `confluent` (librdkafka, `pip install matpho[confluent]`) costs a tenth of the "
        "CPU time; `auto` takes it where it is installed",
    )
    compression: Literal["gzip", "lz4", "zstd"] | None = Field(
        None, description="Of batches; lz4 and zstd need matpho[confluent], or matpho[compression] with kafka-python"
    )
    timeout_s: float = Field(
        10.0, ge=1, le=300, description="Longest wait for a connection, and for an acknowledgement"
    )


class JsonLinesSinkSpec(Strict):
    """Every record as a line of JSON."""

    kind: Literal["json_lines"]
    path: Path = Field(description="File to append to")


SinkSpec = Annotated[KafkaSinkSpec | JsonLinesSinkSpec, Field(discriminator="kind")]


class SignalTopicSpec(Strict):
    """A Kafka topic of signal states; what is not given here is as of a Kafka sink."""

    bootstrap: list[Annotated[str, Field(pattern=r"^[^\s:]+:\d{1,5}$")]] = Field(
        min_length=1, description="Brokers, host:port"
    )
    topic: TopicName = Field(description="Its values are JSON records of a signal, its state and the time")
    security: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field("PLAINTEXT", description="Protocol")
    sasl: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] | None = Field(
        None, description="SASL mechanism; default: PLAIN"
    )
    credentials: CredentialSpec | None = Field(None, description="SASL login")
    ca_file: Path | None = Field(None, description="Certificate authority of the brokers (PEM)")


class SignalFeedSpec(Strict):
    """Where controllers tell the state of their signals, for signals of scenes with a `feed`; see scenes.md."""

    listen: Annotated[str, Field(pattern=r"^(\[[0-9A-Fa-f:]+\]|[^\s:]+):\d{1,5}$")] | None = Field(
        None, description="host:port at which records are taken over HTTP (`POST /signals`), such as 127.0.0.1:8770"
    )
    token_env: Annotated[str, Field(pattern=r"^[A-Z_][A-Z0-9_]*$")] | None = Field(
        None, description="Variable that holds the bearer token of senders; needed where others can reach `listen`"
    )
    kafka: SignalTopicSpec | None = Field(None, description="A topic to read, from five minutes ago on")

    @model_validator(mode="after")
    def _some_way(self) -> SignalFeedSpec:
        if self.listen is None and self.kafka is None:
            raise PydanticCustomError("problem-signals-no-way", "listen or kafka", {})
        return self


Workers = Annotated[int, Field(ge=1, le=256)] | Literal["auto"]


class SystemSpec(Strict):
    """A whole configuration file."""

    version: Literal[1] = Field(1, description="Version of this format")
    model: Annotated[ModelSpec, BeforeValidator(_as_model)] = Field(ModelSpec(), description="The detector")
    tracking: TrackingSpec = Field(TrackingSpec(), description="Tracking")
    store: StoreSpec = Field(StoreSpec(), description="Event store")
    batch: BatchSpec = Field(BatchSpec(), description="Batching across cameras")
    outbox: OutboxSpec = Field(OutboxSpec(), description="What waits for the sinks")
    second_look: SecondLookSpec | None = Field(None, description="A second look at events before they go out")
    signals: SignalFeedSpec | None = Field(None, description="What controllers tell of their traffic signals")
    second_models: list[SecondModelSpec] = Field(
        default_factory=list, description="Models that look for what the detector does not know; see models.md"
    )
    workers: Workers = Field(
        1, description="Processes that share the cameras, each watched over and started again; auto: one for each core"
    )
    sinks: list[SinkSpec] = Field(default_factory=list, description="Where records go, besides the store")
    cameras: list[CameraSpec] = Field(min_length=1, description="The cameras")


@dataclass(frozen=True, slots=True)
class Configuration:
    """A checked configuration with its scenes; all paths are absolute or relative to where the program runs."""

    spec: SystemSpec
    scenes: dict[str, SceneFile]
    document: Document

    @property
    def folder(self) -> Path:
        """What relative paths of the file are relative to."""
        return self.document.path.parent

    def path(self, value: Path | str) -> Path:
        """A path of the file as one from here."""
        return self.folder / value


def load_configuration(path: Path) -> Configuration:
    """Read and check a configuration and every scene that it names.

    Raises:
        ConfigError: a file cannot be read; `ProblemsError` (a ConfigError) with all mistakes of all files.
    """
    document = read_document(path)
    spec = parse(document, SystemSpec)
    problems = _camera_ids(document, spec) + _second_models(document, spec)
    scenes: dict[str, SceneFile] = {}
    loaded: dict[Path, SceneFile] = {}
    for number, camera in enumerate(spec.cameras):
        ca_file = None if camera.onvif is None else camera.onvif.ca_file
        if ca_file is not None and not (path.parent / ca_file).is_file():
            place = ("cameras", number, "onvif", "ca_file")
            problems.append(document.problem(place, "problem-file-missing", path=path.parent / ca_file))
        if camera.scene is None:
            continue
        file = path.parent / camera.scene
        if not file.is_file():
            problems.append(document.problem(("cameras", number, "scene"), "problem-file-missing", path=file))
            continue
        try:
            if file not in loaded:
                loaded[file] = load_scene(file)
            scenes[camera.id] = loaded[file]
            problems += _unseen(document, number, camera, loaded[file])
            problems += _untold(document, number, spec, loaded[file])
        except ProblemsError as error:
            problems.extend(p for p in error.problems if p not in problems)
    if problems:
        raise ProblemsError(problems)
    return Configuration(spec, scenes, document)


def _unseen(document: Document, number: int, camera: CameraSpec, file: SceneFile) -> list[Problem]:
    """Presets that nothing can tell, and a camera that is asked for no use."""
    if camera.onvif is not None:
        useless = not file.scene.presets
        return [document.problem(("cameras", number, "onvif"), "problem-onvif-no-presets")] if useless else []
    return unseen_presets(file, camera.id)


def _untold(document: Document, number: int, spec: SystemSpec, file: SceneFile) -> list[Problem]:
    """Signals that a controller is to tell of, where none can."""
    scenes = [file.scene, *(preset.scene for preset in file.scene.presets.values())]
    fed = [name for scene in scenes for name, signal in scene.signals.items() if signal.feed]
    if not fed or spec.signals is not None:
        return []
    return [document.problem(("cameras", number, "scene"), "problem-signals-untold", name=fed[0])]


def _second_models(document: Document, spec: SystemSpec) -> list[Problem]:
    names = [model.name for model in spec.second_models]
    return [
        document.problem(("second_models", number, "name"), "problem-id-twice", name=name)
        for number, name in enumerate(names)
        if name in names[:number]
    ]


def _camera_ids(document: Document, spec: SystemSpec) -> list[Problem]:
    first: dict[str, int] = {}
    found = []
    for number, camera in enumerate(spec.cameras):
        if camera.id in first:
            line = document.line(("cameras", first[camera.id], "id"))
            found.append(
                document.problem(("cameras", number, "id"), "problem-camera-twice", name=camera.id, other=line)
            )
        first.setdefault(camera.id, number)
    return found
