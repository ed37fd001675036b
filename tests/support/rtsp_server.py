#!/usr/bin/python3
"""Serve video files as looping live RTSP cameras (H.264 or H.265).

    apt-get install -y --no-install-recommends ffmpeg python3-gi gir1.2-gst-rtsp-server-1.0 \
        gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad
    /usr/bin/python3 rtsp_server.py --port 8554 /junction=clip.mp4 /gate=other.avi

Run it with Debian's own Python: `gi` has no wheel on PyPI. All clients of a camera share one stream,
which runs at the file's own frame rate and starts over at the end of the file with rising timestamps.
With --user and --password a client without them gets 401.
"""

from __future__ import annotations

import argparse
import pathlib
import socket
import subprocess
from typing import Any

import gi  # type: ignore[import-not-found, import-untyped, unused-ignore]

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import (  # type: ignore[import-not-found, import-untyped, unused-ignore] # noqa: E402
    GLib,
    Gst,
    GstRtspServer,
)

Gst.init(None)


class LoopingFile(GstRtspServer.RTSPMediaFactory):  # type: ignore[misc]
    """One camera: ffmpeg loops, paces and encodes the file; GStreamer serves it."""

    def __init__(self, file: pathlib.Path, codec: str, gop: int) -> None:
        super().__init__()
        self.file, self.codec, self.gop = file, codec, gop
        self.set_shared(True)

    def do_create_element(self, _url: Any) -> Any:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        encoder = {"h264": "libx264", "h265": "libx265"}[self.codec]
        source = ["ffmpeg", "-v", "error", "-nostdin", "-re", "-stream_loop", "-1", "-i", str(self.file), "-an"]
        coding = ["-c:v", encoder, "-preset", "ultrafast", "-tune", "zerolatency", "-g", str(self.gop)]
        quiet = ["-x265-params", "log-level=none"] if self.codec == "h265" else []
        target = ["-pix_fmt", "yuv420p", "-f", "rtp", f"rtp://127.0.0.1:{port}"]
        self.ffmpeg = subprocess.Popen([*source, *coding, *quiet, *target], stdout=subprocess.DEVNULL)
        name = self.codec.upper()
        return Gst.parse_launch(
            f'( udpsrc address=127.0.0.1 port={port} buffer-size=8388608 caps="application/x-rtp, media=video, '
            f'clock-rate=90000, encoding-name={name}, payload=96" ! rtp{self.codec}depay ! {self.codec}parse ! '
            f"rtp{self.codec}pay name=pay0 pt=96 config-interval=1 )"
        )

    def do_configure(self, media: Any) -> None:
        media.connect("unprepared", lambda _media, ffmpeg: ffmpeg.kill(), self.ffmpeg)


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--port", type=int, default=8554)
    ap.add_argument("--codec", choices=("h264", "h265"), default="h264")
    ap.add_argument("--gop", type=int, default=30, help="frames between key frames")
    ap.add_argument("--user")
    ap.add_argument("--password", default="")
    ap.add_argument("cameras", nargs="+", metavar="/PATH=FILE")
    args = ap.parse_args()

    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(str(args.port))
    if args.user:
        auth, token = GstRtspServer.RTSPAuth(), GstRtspServer.RTSPToken()
        token.set_string("media.factory.role", "viewer")
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic(args.user, args.password), token)
        server.set_auth(auth)
    for camera in args.cameras:
        path, _, file = camera.partition("=")
        factory = LoopingFile(pathlib.Path(file), args.codec, args.gop)
        if args.user:
            permissions = GstRtspServer.RTSPPermissions()
            permissions.add_permission_for_role("viewer", "media.factory.access", True)
            permissions.add_permission_for_role("viewer", "media.factory.construct", True)
            factory.set_permissions(permissions)
        server.get_mount_points().add_factory(path, factory)
        print(f"rtsp://127.0.0.1:{args.port}{path}", flush=True)
    server.attach(None)
    GLib.MainLoop().run()


if __name__ == "__main__":
    main()
