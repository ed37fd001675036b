"""What a configuration says of a camera: its source, its login, where it stands, who tells which way it looks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from scenes.model_specs import InputWidth
from scenes.parts import Strict
from scenes.place_specs import Name, TwoNames
from scenes.secrets import CredentialSpec

Decode = Literal["auto", "cpu", "nvdec", "cuvid"]


def _no_password(source: str) -> str:
    if "://" in source and urlsplit(source).password is not None:
        raise PydanticCustomError("problem-password-in-url", "password in the address", {})
    return source


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
    input: InputWidth | None = Field(
        None, description="Width of the model's input for its pictures, as `input` of the model; default: the model's"
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
