"""Reads what Matpho found, from Kafka: `for event in events("localhost:9092", group="mine"): …`."""

from matpho_client.reading import Reader, events, health, measurements, tracks
from matpho_client.records import Event, Health, Measurement, NotARecordError, Track

__all__ = [
    "Event",
    "Health",
    "Measurement",
    "NotARecordError",
    "Reader",
    "Track",
    "events",
    "health",
    "measurements",
    "tracks",
]
