"""Where a camera looks, asked of its PTZ service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from core.errors import SourceError
from pipeline.onvif.soap import DEVICE, SCHEMA, OnvifClient

MEDIA: Final = "http://www.onvif.org/ver10/media/wsdl"
PTZ: Final = "http://www.onvif.org/ver20/ptz/wsdl"
NAMES: Final = {"tds": DEVICE, "tt": SCHEMA, "trt": MEDIA, "tptz": PTZ}
Position: TypeAlias = tuple[float, float, float]
"""Pan, tilt, zoom in the camera's own units; ONVIF's generic ones are -1..1, -1..1, 0..1."""


@dataclass(frozen=True, slots=True)
class PtzStatus:
    """A camera's answer; None for what it does not say."""

    position: Position | None
    moving: bool | None


class PtzService:
    """The PTZ service of one camera.

    Args:
        profile: token of the media profile whose view turns; None: the first that has PTZ.
    """

    def __init__(self, client: OnvifClient, profile: str | None = None) -> None:
        self._client, self._wanted = client, profile
        self._profile, self._path = "", ""

    @property
    def client(self) -> OnvifClient:
        """What asks."""
        return self._client

    def connect(self) -> None:
        """Find the service and the profile.

        Raises:
            SourceError: as `OnvifClient.ask`, or the camera has no PTZ, or not this profile.
        """
        capabilities = self._client.ask(f'<GetCapabilities xmlns="{DEVICE}"><Category>All</Category></GetCapabilities>')
        path, media = (_service(capabilities, name) for name in ("PTZ", "Media"))
        if path is None or media is None:
            raise SourceError("error-onvif-no-ptz", retryable=False, url=self._client.url)
        answer = self._client.ask(f'<GetProfiles xmlns="{MEDIA}"/>', media)
        tokens = [
            one.get("token", "")
            for one in answer.iterfind("trt:Profiles", NAMES)
            if one.find("tt:PTZConfiguration", NAMES) is not None
        ]
        if not tokens:
            raise SourceError("error-onvif-no-ptz", retryable=False, url=self._client.url)
        if self._wanted is not None and self._wanted not in tokens:
            known = ", ".join(tokens)
            raise SourceError("error-onvif-profile", retryable=False, name=self._wanted, known=known)
        self._path, self._profile = path, self._wanted or tokens[0]

    def status(self) -> PtzStatus:
        """Where the camera looks now, and whether it moves.

        Raises:
            SourceError: as `connect`, which it does first where that was not done.
        """
        found = self._ask("GetStatus").find("tptz:PTZStatus", NAMES)
        if found is None:
            return PtzStatus(None, None)
        said = {found.findtext(f"tt:MoveStatus/tt:{part}", "", NAMES).strip().upper() for part in ("PanTilt", "Zoom")}
        moving = True if "MOVING" in said else False if "IDLE" in said else None
        return PtzStatus(_position(found.find("tt:Position", NAMES)), moving)

    def presets(self) -> dict[str, Position | None]:
        """The camera's presets by their tokens and by their names, with their positions where it tells them.

        Raises:
            SourceError: as `status`.
        """
        told = self._ask("GetPresets").findall("tptz:Preset", NAMES)
        positions = [_position(preset.find("tt:PTZPosition", NAMES)) for preset in told]
        names = [preset.findtext("tt:Name", "", NAMES).strip() for preset in told]
        tokens = [preset.get("token", "") for preset in told]
        return dict(zip(names + tokens, positions * 2, strict=True))

    def _ask(self, question: str) -> Element:
        if not self._path:
            self.connect()
        token = escape(self._profile)
        return self._client.ask(
            f'<{question} xmlns="{PTZ}"><ProfileToken>{token}</ProfileToken></{question}>', self._path
        )


def _service(capabilities: Element, name: str) -> str | None:
    address = capabilities.findtext(f".//tt:{name}/tt:XAddr", "", NAMES).strip()
    parts = urlsplit(address)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "") if address else None


def _position(element: Element | None) -> Position | None:
    """A missing zoom is none: fixed-focus cameras only turn."""
    turn = None if element is None else element.find("tt:PanTilt", NAMES)
    if element is None or turn is None:
        return None
    zoom = element.find("tt:Zoom", NAMES)
    try:
        return float(turn.get("x", "")), float(turn.get("y", "")), float("0" if zoom is None else zoom.get("x", ""))
    except ValueError:
        return None
