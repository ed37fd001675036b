"""Records that a sink refused, kept with the reason."""

from __future__ import annotations

import json
import time
from pathlib import Path

import structlog

from core.codec.records import record_to_dict
from core.errors import SinkError
from core.events import Event
from core.incidents import Incident
from core.records import Record
from core.times import time_text
from sinks.json_lines import JsonLines

_log = structlog.get_logger()


class DeadLetters:
    """A JSON-lines file, `{"sink", "reason", "at", "record"}` a line; without a path they are only logged.

    May be shared by threads. The file is made at the first refusal.

    Raises:
        SinkError: the folder of the file does not exist.
    """

    def __init__(self, path: Path | None) -> None:
        if path is not None and not path.parent.is_dir():
            raise SinkError("error-sink-file", path=path, reason=f"{path.parent}: no such folder")
        self._path = path
        self._lines: JsonLines | None = None

    def bury(self, sink: str, record: Record, reason: str) -> None:
        """Keep a refused record. A file that cannot be written is logged, with the record: it is kept nowhere else."""
        _log.error("record_rejected", sink=sink, camera_id=record.camera_id, reason=reason, **_names(record))
        if self._path is None:
            return
        line = {"sink": sink, "reason": reason, "at": time_text(time.time_ns()), "record": _value_of(record)}
        try:
            if self._lines is None:
                self._lines = JsonLines.append_to(self._path)
            self._lines.write(f"{json.dumps(line)}\n".encode())
        except (OSError, ValueError, SinkError) as error:
            _log.error("dead_letter_lost", sink=sink, path=str(self._path), reason=str(error), letter=line)

    def close(self) -> None:
        """Close the file."""
        if self._lines is not None:
            self._lines.close()


def _value_of(record: Record) -> object:
    try:
        return record_to_dict(record)
    except (ValueError, OverflowError):  # it has no JSON: for a person, then
        return repr(record)


def _names(record: Record) -> dict[str, object]:
    if isinstance(record, Incident):
        return {"incident_id": record.incident_id, "revision": record.revision}
    return {"event_id": record.event_id, "revision": record.revision} if isinstance(record, Event) else {}
