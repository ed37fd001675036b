"""Opening what is no event store, and a disk that fills: said in words, and nothing acknowledged is lost."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import Pool

from core.errors import StoreError
from store import schema
from store.event_store import EventStore
from tests.support.records import an_event

ROOT = Path(__file__).resolve().parents[2]


def told(path: Path, *, create: bool = True) -> str:
    with pytest.raises(StoreError) as raised:
        EventStore.open(path, create=create)
    assert str(path) in str(raised.value)
    return raised.value.message_id


@contextmanager
def pragma(statement: str) -> Iterator[None]:
    """Run a PRAGMA on every connection before it is used."""

    def run(connection: DBAPIConnection, *_: object) -> None:
        connection.cursor().execute(statement)

    event.listen(Pool, "checkout", run)
    try:
        yield
    finally:
        event.remove(Pool, "checkout", run)


def test_what_was_stored_is_there_after_closing(tmp_path: Path) -> None:
    store = EventStore.open(tmp_path / "events.db")
    store.append([an_event(1)])
    store.close()
    store.close()
    again = EventStore.open(str(tmp_path / "events.db"), create=False)
    assert again.events.find() == [an_event(1)]
    again.close()


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    assert told(tmp_path / "no" / "events.db") == "error-store-folder-missing"


def test_a_missing_file_is_told_and_not_made(tmp_path: Path) -> None:
    assert told(tmp_path / "events.db", create=False) == "error-store-missing"
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_place_of_the_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "events.db").mkdir()
    assert told(tmp_path / "events.db") == "error-store-cannot-open"


def test_a_file_of_another_kind_is_told_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "video.mp4"
    path.write_bytes(b"\0\0\0 ftypisom" * 500)
    assert told(path) == "error-store-not-ours"
    assert path.read_bytes() == b"\0\0\0 ftypisom" * 500
    assert [item.name for item in tmp_path.iterdir()] == ["video.mp4"]


def test_another_programs_database_is_told_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE customers (name TEXT)")
        connection.commit()
    before = path.read_bytes()
    assert told(path) == "error-store-not-ours"
    assert path.read_bytes() == before


def test_a_newer_store_is_told_with_both_versions(tmp_path: Path) -> None:
    path = tmp_path / "events.db"
    EventStore.open(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE meta SET value = ?", (str(schema.VERSION + 6),))
        connection.commit()
    with pytest.raises(StoreError) as raised:
        EventStore.open(path)
    assert raised.value.message_id == "error-store-newer"
    assert str(schema.VERSION + 6) in str(raised.value)


def test_a_damaged_row_is_told_by_its_number(tmp_path: Path) -> None:
    store = EventStore.open(tmp_path / "events.db")
    store.append([an_event(1)])
    with closing(sqlite3.connect(tmp_path / "events.db")) as connection:
        connection.execute("UPDATE events SET body = ?", ('{"event_id":',))
        connection.commit()
    with pytest.raises(StoreError) as raised:
        store.events.find()
    assert raised.value.message_id == "error-store-row"
    store.close()


def test_a_read_only_store_is_told_at_a_write(tmp_path: Path) -> None:
    store = EventStore.open(tmp_path / "events.db")
    with pragma("PRAGMA query_only=ON"), pytest.raises(StoreError) as raised:
        store.append([an_event(1)])
    assert raised.value.message_id == "error-store-read-only"
    store.close()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_file_is_told_when_opened(tmp_path: Path) -> None:
    path = tmp_path / "events.db"
    EventStore.open(path).close()
    path.chmod(0o444)
    assert told(path) == "error-store-read-only"


def test_a_full_store_keeps_what_it_acknowledged_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    store = EventStore.open(tmp_path / "events.db")
    stored = 0
    with pragma("PRAGMA max_page_count=120"):
        with pytest.raises(StoreError) as raised:
            for number in range(0, 100_000, 50):
                store.append([an_event(number + n) for n in range(50)])
                stored += 50
        assert raised.value.message_id == "error-store-full"
        assert store.events.count() == stored > 0
    with pragma("PRAGMA max_page_count=100000"):
        store.append([an_event(number) for number in range(stored, stored + 50)])
    assert store.events.count() == stored + 50
    store.close()


FILL = """
import sys
from core.errors import StoreError
from store.event_store import EventStore
from tests.support.records import an_event

store, stored = EventStore.open(sys.argv[1] + "/events.db"), 0
try:
    for number in range(0, 1_000_000, 20):
        store.append([an_event(number + n) for n in range(20)])
        stored += 20
except StoreError as error:
    print(error.message_id)
print(stored, store.events.count())
store.close()
"""


def test_a_disk_that_is_really_full_loses_nothing_acknowledged(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    mount = f"mount -t tmpfs -o size=1m none '{tmp_path}/disk'"
    unshare = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
    if shutil.which("unshare") is None or subprocess.run([*unshare, mount], capture_output=True).returncode != 0:
        pytest.skip("no right to mount a small disk")
    command = f"{mount} && exec '{sys.executable}' -c '{FILL}' '{tmp_path}/disk'"
    done = subprocess.run([*unshare, command], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    said, numbers = done.stdout.splitlines()
    stored, found = (int(word) for word in numbers.split())
    assert said == "error-store-full"
    assert found == stored > 0


def _write(path: Path, first: int) -> None:
    store = EventStore.open(path)
    for number in range(first, first + 100, 10):
        store.append([an_event(number + n) for n in range(10)])
    store.close()


def test_processes_open_and_write_one_file_at_once(tmp_path: Path) -> None:
    path = tmp_path / "events.db"
    context = get_context("spawn")
    processes = [context.Process(target=_write, args=(path, n * 100)) for n in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    store = EventStore.open(path, create=False)
    assert store.events.count() == 300
    store.close()


def _open_together(folder: Path, ready: Barrier, rounds: int) -> None:
    for number in range(rounds):
        ready.wait(60)
        EventStore.open(folder / f"{number}.db").close()


def test_processes_that_make_one_file_at_the_same_moment_both_get_it(tmp_path: Path) -> None:
    context = get_context("spawn")
    ready = context.Barrier(3)
    processes = [context.Process(target=_open_together, args=(tmp_path, ready, 40)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0, 0, 0]


def test_a_killed_writer_leaves_all_it_had_acknowledged(tmp_path: Path) -> None:
    code = FILL.replace("stored += 20", "stored += 20; print(stored, flush=True)").replace("1_000_000", "100_000_000")
    writer = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    acknowledged = 0
    for line in writer.stdout:
        acknowledged = int(line)
        if acknowledged >= 1000:
            break
    writer.kill()
    writer.wait()
    store = EventStore.open(tmp_path / "events.db", create=False)
    assert store.events.count() >= acknowledged
    store.close()
