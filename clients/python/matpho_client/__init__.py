"""Reads what Matpho found, from Kafka: `for event in events("localhost:9092", group="mine"): …`."""

from matpho_client.reading import Reader, events, health, incidents, measurements, tracks
from matpho_client.records import Event, Health, Incident, Measurement, Member, NotARecordError, Track

__all__ = [
    "Event",
    "Health",
    "Incident",
    "Measurement",
    "Member",
    "NotARecordError",
    "Reader",
    "Track",
    "events",
    "health",
    "incidents",
    "measurements",
    "tracks",
]
