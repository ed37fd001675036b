"""Certificates for tests: an authority, and servers that it vouches for, one of them no longer (made by openssl)."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
_CA = """
[ca]
default_ca = here
[here]
database = {folder}/index
new_certs_dir = {folder}
serial = {folder}/serial
default_md = sha256
policy = any
x509_extensions = server
[any]
commonName = supplied
[server]
subjectAltName = IP:127.0.0.1,DNS:localhost
"""


class Authority:
    """A certificate authority in a folder.

    Attributes:
        certificate: of the authority (PEM).

    Raises:
        FileNotFoundError: openssl is not installed.
    """

    def __init__(self, folder: Path) -> None:
        if shutil.which("openssl") is None:
            raise FileNotFoundError("openssl is not installed")
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self.certificate = folder / "ca.pem"
        (folder / "index").touch()
        (folder / "serial").write_text("01\n")
        (folder / "ca.cnf").write_text(_CA.format(folder=folder))
        _openssl("req", "-x509", *_KEY, "-days", "2", "-subj", "/CN=test authority",
                 "-keyout", str(folder / "ca.key"), "-out", str(self.certificate))  # fmt: skip

    def server(self, name: str, *, start: str = "20250101000000Z", end: str = "20991231235959Z") -> Path:
        """Key and certificate for 127.0.0.1 in one file (PEM), valid from `start` to `end` (YYYYMMDDHHMMSSZ)."""
        key, request, certificate = (self._folder / f"{name}.{kind}" for kind in ("key", "csr", "crt"))
        _openssl("req", *_KEY, "-subj", f"/CN={name}", "-keyout", str(key), "-out",
                 str(request))  # fmt: skip
        _openssl("ca", "-batch", "-notext", "-config", str(self._folder / "ca.cnf"), "-cert", str(self.certificate),
                 "-keyfile", str(self._folder / "ca.key"), "-in", str(request), "-out", str(certificate),
                 "-startdate", start, "-enddate", end)  # fmt: skip
        both = self._folder / f"{name}.pem"
        both.write_text(key.read_text() + certificate.read_text())
        return both


def _openssl(*arguments: str) -> None:
    done = subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"openssl {arguments[0]}: {done.stderr}")
