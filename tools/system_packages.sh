#!/usr/bin/env bash
# The system packages that the tests' real parts need: an RTSP server, Kafka's Java, a browser.
# Installs what is missing where it may (Debian, root or sudo without a password), else says what to do.
set -euo pipefail

missing=()
have() { command -v "$1" >/dev/null 2>&1; }
have ffmpeg || missing+=(ffmpeg)
/usr/bin/python3 -c 'import gi; gi.require_version("GstRtspServer", "1.0"); from gi.repository import GstRtspServer' \
    >/dev/null 2>&1 ||
    missing+=(python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-base gstreamer1.0-plugins-good
        gstreamer1.0-plugins-bad)
have openssl || missing+=(openssl)
have javac || missing+=(default-jdk-headless)
have mvn || missing+=(maven)
have chromium && have chromedriver || missing+=(chromium chromium-driver fonts-noto-core)
[ ${#missing[@]} -eq 0 ] && exit 0

sudo=()
[ "$(id -u)" -eq 0 ] || sudo=(sudo -n)
if have apt-get && { [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null; }; then
    echo "Installing for the tests: ${missing[*]}"
    "${sudo[@]}" apt-get -qq update
    DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get -qq install -y --no-install-recommends "${missing[@]}" >/dev/null
else
    echo "Some tests will be skipped. To run them all: apt install ${missing[*]}"
fi
