"""Decoding into a GPU's memory: by PyNvVideoCodec (NVDEC), or by FFmpeg's CUDA decoder.

Demultiplexing, times, losses and errors are those of `AvReader`; only packets become pictures elsewhere.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from importlib import import_module
from typing import Any, Final

import av
import av.error
import numpy as np
import structlog
from av.bitstream import BitStreamFilterContext

from core.device import Nv12
from core.errors import MatphoError
from core.frames import Surface
from pipeline.sources.av_open import Recipe
from pipeline.sources.av_reader import AvReader
from pipeline.sources.device_frames import colour_of, device_nv12
from scenes.camera_specs import Decode

log = structlog.get_logger()

CODECS: Final = {"h264": "h264_mp4toannexb", "hevc": "hevc_mp4toannexb", "av1": None}
"""What NVDEC is used for, and FFmpeg's filter that makes of a file's packets the stream that NVDEC reads."""
FORMATS: Final = ("yuv420p", "yuvj420p", "nv12")
"""Pixel formats of streams that come out as NV12; others are decoded on the CPU."""


class NoDeviceDecoderError(MatphoError):
    """This stream cannot be decoded on the device; on the CPU it may be."""


@dataclass(frozen=True, slots=True)
class DeviceFrame:
    """A picture on the device, with the times of an `av.VideoFrame`."""

    nv12: Nv12
    pts: int | None
    dts: int | None
    time_base: Fraction | None


class NvdecDecoder:
    """One stream through PyNvVideoCodec.

    Each picture is copied out of the decoder's own few buffers, on the decoder's stream: 2 µs on a data-centre GPU, and
    no picture is overwritten while a batch waits for it.

    Args:
        stream: what is decoded.
        device: `cuda:` with a number.
        library: in place of PyNvVideoCodec.
        copy: in place of `copier`.

    Raises:
        NoDeviceDecoderError: the library or driver is missing, the codec or its pixels are not for NVDEC, or NVDEC has
            no room for another stream.
    """

    def __init__(
        self, stream: av.VideoStream, device: str, library: Any = None, copy: Callable[[Any], Any] | None = None
    ) -> None:
        context = stream.codec_context
        name, pixels = context.name, context.pix_fmt
        if name not in CODECS or pixels not in FORMATS:
            raise NoDeviceDecoderError("error-nvdec-codec", codec=name, pixels=pixels or "-")
        self._nvc = library or nvdec_library()
        self._filter = _annex_b(stream, CODECS[name])
        self._context, self._device = context, device
        self._time_base = stream.time_base
        # Of packets whose picture has not come out yet, in the order of their showing.
        self._times: deque[tuple[int | None, int | None]] = deque()
        handle, self._copy = copier(device) if copy is None else (0, copy)
        self._stream = handle
        codec = getattr(self._nvc.cudaVideoCodec, {"h264": "H264", "hevc": "HEVC", "av1": "AV1"}[name])
        try:
            self._decoder = self._nvc.CreateDecoder(
                gpuid=int(device.partition(":")[2] or 0), codec=codec, cudacontext=0, cudastream=handle,
                usedevicememory=True,
            )  # fmt: skip
        except Exception as error:  # the library has several, and a driver without room is one of them
            raise NoDeviceDecoderError("error-nvdec-full", reason=_first_line(error)) from error

    def decode(self, packet: av.Packet[av.VideoStream], rotation: int) -> Iterator[DeviceFrame | None]:
        """The pictures that a packet completes, in the order in which they are shown; None for one that is lost."""
        for part in self._parts(packet):
            if part is not None:
                self._remember(part.pts, part.dts)
            try:
                found = self._decoder.Decode(self._packet(part))
            except Exception as error:  # noqa: BLE001 a broken packet: the picture is lost, the camera goes on
                log.debug("nvdec_packet_lost", reason=_first_line(error))
                yield None
                continue
            for picture in found:
                yield self._frame(picture, rotation)

    def _parts(self, packet: av.Packet[av.VideoStream]) -> Iterator[av.Packet[Any] | None]:
        if not packet.size:  # the end
            yield None
        elif self._filter is None:
            yield packet
        else:
            yield from self._filter.filter(packet)

    def _packet(self, part: av.Packet[Any] | None) -> Any:
        data = self._nvc.PacketData()
        if part is None:
            data.bsl, data.bsl_data = 0, 0
            return data
        # Held until the next: the library reads it where it lies.
        self._bytes = np.frombuffer(bytes(part), np.uint8)
        data.bsl, data.bsl_data = len(self._bytes), self._bytes.ctypes.data
        data.pts = part.pts or 0
        return data

    def _times_of(self, picture: Any) -> tuple[int | None, int | None]:
        """Presentation and decoding time of the packet that a picture came in."""
        pts = picture.getPTS()
        if any(time[0] == pts for time in self._times):
            while self._times[0][0] != pts:  # lost on the way
                self._times.popleft()
        return self._times.popleft() if self._times else (None, None)

    def _remember(self, pts: int | None, dts: int | None) -> None:
        self._times.append((pts, dts))
        if all(time[0] is not None for time in self._times):
            self._times = deque(sorted(self._times, key=lambda time: time[0] or 0))

    def _frame(self, picture: Any, rotation: int) -> DeviceFrame:
        pts, dts = self._times_of(picture)
        luma, chroma = self._copy(picture)
        height, width = luma.shape[:2]
        colour = colour_of(self._context)
        nv12 = Nv12(width, height, luma, chroma, self._device, colour, rotation, self._stream)
        return DeviceFrame(nv12, pts, dts, self._time_base)


def copier(device: str) -> tuple[int, Callable[[Any], Any]]:
    """A stream's handle, and what copies a `DecodedFrame`'s planes on it into memory of PyTorch's."""
    torch = import_module("torch")
    stream = torch.cuda.Stream(device)

    def copy(picture: Any) -> Any:
        with torch.cuda.stream(stream):
            # (3/2 height, width) for NV12: luma above chroma, one piece.
            whole = torch.utils.dlpack.from_dlpack(picture.__dlpack__()).clone()
        return planes(whole)

    copy.stream = stream  # type: ignore[attr-defined] # as long as it is used
    return int(stream.cuda_stream), copy


def planes(whole: Any) -> tuple[Any, Any]:
    """Luma (h, w) and chroma (h / 2, w / 2, 2) of one array (3 h / 2, w)."""
    height = whole.shape[0] * 2 // 3
    return whole[:height], whole[height:].reshape(height // 2, whole.shape[1] // 2, 2)


def nvdec_library() -> Any:
    """PyNvVideoCodec.

    Raises:
        NoDeviceDecoderError: it is not installed, or finds no driver.
    """
    try:
        return import_module("PyNvVideoCodec")
    except ModuleNotFoundError as error:
        raise NoDeviceDecoderError("error-nvdec-missing", reason=_first_line(error)) from error
    except (ImportError, OSError, RuntimeError) as error:
        raise NoDeviceDecoderError("error-nvdec-driver", reason=_first_line(error)) from error


def _annex_b(stream: av.VideoStream, name: str | None) -> BitStreamFilterContext | None:
    """The filter, where the packets are those of a file (their header begins with 1) and not a stream already."""
    extra = stream.codec_context.extradata
    return BitStreamFilterContext(name, stream) if name and extra and extra[0] == 1 else None


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0].rstrip(". ") or type(error).__name__


def rotation_of(recipe: Recipe) -> int:
    """Quarter turns to the left until the pictures stand upright.

    Only files carry such a tag, and FFmpeg gives it with the decoded picture alone: the first is decoded for it.
    """
    if not recipe.transport.local:
        return 0
    try:
        with av.open(recipe.address) as container:
            frame = next(container.decode(video=0))
    except (av.error.FFmpegError, StopIteration):  # told when the file itself is read
        return 0
    return round(frame.rotation / 90) % 4


class DeviceReader(AvReader):
    """An `AvReader` whose pictures lie on a device.

    Where a stream cannot be decoded there, it is decoded on the CPU, and the log says why, once.

    Args:
        device: `cuda:` with a number.
        make: in place of `NvdecDecoder`, from a stream and a device.
    """

    def __init__(
        self, recipe: Recipe, epoch: int, device: str, make: Callable[[av.VideoStream, str], Any] = NvdecDecoder
    ) -> None:
        super().__init__(recipe, epoch)
        self._device, self._make = device, make
        self._decoder: Any = None
        self._turned = 0

    def _connect(self) -> None:
        super()._connect()
        self._decoder = None
        self._turned = rotation_of(self._recipe)
        try:
            self._decoder = self._make(self._stream, self._device)
        except MatphoError as error:
            log.warning("decodes_on_cpu", camera=self._recipe.camera_id, reason=str(error))

    def _decode(self, packet: av.Packet[av.VideoStream]) -> Iterator[Any]:
        if self._decoder is None:
            yield from super()._decode(packet)
        elif not self._left_out(packet):
            yield from self._decoder.decode(packet, self._turned)

    def _left_out(self, packet: av.Packet[av.VideoStream]) -> bool:
        """FFmpeg's decoder leaves frames out by itself; here it is done by packet."""
        level = self._skipping.level
        if not packet.size or level == "DEFAULT":
            return False
        return not packet.is_keyframe if level == "NONKEY" else bool(packet.is_disposable)

    def _surface(self, frame: Any) -> Surface:
        if isinstance(frame, DeviceFrame):
            return _torch_surface(frame.nv12)
        surface: Surface = super()._surface(frame)
        return surface


class CuvidReader(AvReader):
    """An `AvReader` with FFmpeg's CUDA decoder, whose pictures stay on the device."""

    def __init__(self, recipe: Recipe, epoch: int, device: str) -> None:
        super().__init__(replace(recipe, cuda=int(device.partition(":")[2] or 0)), epoch)
        self._device = device

    def _connect(self) -> None:
        super()._connect()
        context = self._stream.codec_context
        if self._recipe.cuda is not None and context.pix_fmt not in (*FORMATS, "cuda"):
            # It would come as P010 or the like, whose planes are no NV12.
            error = NoDeviceDecoderError("error-nvdec-codec", codec=context.name, pixels=context.pix_fmt or "-")
            log.warning("decodes_on_cpu", camera=self._recipe.camera_id, reason=str(error))
            self._recipe = replace(self._recipe, cuda=None)
            self._container.close()
            super()._connect()

    def _surface(self, frame: Any) -> Surface:
        if frame.format.name == "cuda":
            return _torch_surface(device_nv12(frame, self._device))
        surface: Surface = super()._surface(frame)
        return surface


def _torch_surface(nv12: Nv12) -> Surface:
    surface: Surface = import_module("models.gpu.surfaces").TorchSurface(nv12)
    return surface


def reader_for(recipe: Recipe, epoch: int, decode: Decode, device: str) -> AvReader:
    """What reads a recipe, decoding where it was asked for; `auto`: NVDEC where the detector is on a GPU."""
    if device == "cpu" or decode == "cpu":
        return AvReader(recipe, epoch)
    return CuvidReader(recipe, epoch, device) if decode == "cuvid" else DeviceReader(recipe, epoch, device)
