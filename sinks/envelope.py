"""Events as Kafka records: CloudEvents 1.0 in Kafka's binary content mode.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from core.codec import time_text, to_json
from core.events import Event

CONTENT_TYPE: Final = "application/json"


def headers_of(event: Event) -> list[tuple[str, bytes]]:
    """The CloudEvents attributes of an event.

    - `ce_type`: kind and phase, `matpho.security.loitering.started`, so that a consumer can pick out what begins
      without reading the value
    - `ce_source`: the camera, `/matpho/cameras/<camera_id>`, percent-encoded
    - `ce_id`: `<event_id>:<revision>`, what consumers de-duplicate by; `ce_subject`: `<event_id>`
    - `ce_time`: of this revision, RFC 3339 UTC
    - `ce_dataschema`: `urn:matpho:schema:event:<schema version>`
    """
    attributes = {
        "ce_specversion": "1.0",
        "ce_type": f"matpho.{event.kind.value}.{event.phase.value}",
        "ce_source": f"/matpho/cameras/{quote(event.camera_id, safe='')}",
        "ce_id": f"{event.event_id}:{event.revision}",
        "ce_time": time_text(event.at_ns),
        "ce_subject": event.event_id,
        "ce_dataschema": f"urn:matpho:schema:event:{event.schema_version}",
        "content-type": CONTENT_TYPE,
    }
    return [(name, value.encode()) for name, value in attributes.items()]


def key_of(event: Event) -> bytes:
    """The camera: its records share a partition, so they keep their order."""
    return event.camera_id.encode()


def value_of(event: Event) -> bytes:
    """The JSON of `core.codec`, UTF-8."""
    return to_json(event).encode()
