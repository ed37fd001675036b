"""For police applications: tracks on a watch list of plate tokens, and security events in places that are watched.

    python police_watch.py localhost:9092 watch.txt

A line of the list is a plate token or `camera/zone`. Tokens are keyed hashes: the list holds no plate, and who reads
the topic learns none. Plates are not read yet: until then tracks carry no token, and only places give alerts.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from queue import Queue
from threading import Thread

from matpho_client import Event, Track, events, tracks


def alert(record: Event | Track, watched: Collection[str]) -> str | None:
    """What to tell an officer, None for nothing."""
    if isinstance(record, Track):
        token = record.raw.get("plate_token")
        return f"{record.ended:%H:%M:%S} {token} seen by {record.camera_id}" if token in watched else None
    place = f"{record.camera_id}/{record.zone}"
    if record.phase != "started" or place not in watched:
        return None
    pictures = " ".join(picture["path"] for picture in record.raw.get("pictures", ()))
    return f"{record.started:%H:%M:%S} {record.kind} at {place} {pictures}".rstrip()


def alerts(servers: str, watched: Collection[str]) -> Iterator[str]:
    """Alerts as they come; each topic has a thread of its own, whose error ends the whole: nobody watches half."""
    found: Queue[str | Exception] = Queue()

    def read(reader: Iterable[Event | Track]) -> None:
        try:
            for record in reader:
                said = alert(record, watched)
                if said is not None:
                    found.put(said)
        except Exception as error:  # noqa: BLE001  # told where the alerts are read
            found.put(error)

    group = "police-watch"
    for reader in (events(servers, group=group, kinds=["security"]), tracks(servers, group=group)):
        Thread(target=read, args=(reader,), daemon=True).start()
    while True:
        said = found.get()
        if isinstance(said, Exception):
            raise said
        yield said


if __name__ == "__main__":
    wanted = frozenset(line.strip() for line in Path(sys.argv[2]).read_text().splitlines() if line.strip())
    for said in alerts(sys.argv[1], wanted):
        print(said, flush=True)
