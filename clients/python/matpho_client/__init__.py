"""Reads what Matpho found, from Kafka: `for event in events("localhost:9092", group="mine"): …`."""

from matpho_client.reading import Reader
from matpho_client.records import Event, Health, Incident, Measurement, Member, NotARecordError, Track
from matpho_client.topics import events, health, incidents, measurements, tracks

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
