"""The AsyncAPI 3 document of the topics: all that a consumer has to know (https://www.asyncapi.com/docs/reference)."""

from __future__ import annotations

from typing import Any, Final

import yaml

import matpho
from core.events import SCHEMA_VERSION
from core.records import FrameTracks, Record
from core.schemas import RECORDS
from matpho.kafka_plan import HOUR_S, TOPICS, topic_of
from scenes.sink_specs import TopicsSpec
from sinks.envelope import CONTENT_TYPE, PROTOBUF_TYPE
from sinks.nv_frame import SCHEMA

_NAMES: Final[dict[type[Record], str]] = {**{record: name for name, record in RECORDS.items()}, FrameTracks: "frame"}
_TYPES: Final = {
    "event": "matpho.<kind>.<phase>, such as matpho.security.loitering.started",
    "incident": "matpho.incident.<phase>, such as matpho.incident.started",
    "measurement": "matpho.measurement",
    "track": "matpho.track",
    "health": "matpho.health.<state>, such as matpho.health.running",
    "frame": "matpho.frame",
}
PROTOBUF: Final = {"schemaFormat": "application/vnd.google.protobuf;version=3", "schema": SCHEMA}
_SAID: Final = {
    "event": "One revision of an event. De-duplicate by ce_id, which is event_id:revision.",
    "incident": "Events of one cause: the cause, its effects, where and when. De-duplicate by ce_id, which is "
    "incident_id:revision; the highest revision holds.",
    "measurement": "Traffic in one place and one interval.",
    "track": "A summary of a track that ended.",
    "health": "A camera's state, at a change and once a minute; the topic keeps the last of each camera.",
    "frame": "All tracks seen in one frame, as nv.Frame of NVIDIA Metropolis. Only where the operator wants it.",
}
_CAMERA: Final = "The camera's id, UTF-8"
_KEYS: Final = {"incident": "The incident's id, UTF-8"}


def file_of(name: str) -> str:
    """The file of a type's schema, beside the document."""
    return f"{name}.v{SCHEMA_VERSION}.schema.json"


def asyncapi() -> str:
    """The document, as YAML."""
    channels, operations, messages = {}, {}, {}
    for topic, record, hours in TOPICS:
        name, settings = _NAMES[record], topic_of(TopicsSpec(), topic, hours)
        kept = (
            {"cleanup.policy": ["compact"]} if settings.compact else {"retention.ms": int((hours or 0) * HOUR_S * 1000)}
        )
        channels[topic] = {
            "address": settings.name,
            "description": _SAID[name],
            "messages": {name: {"$ref": f"#/components/messages/{name}"}},
            "bindings": {"kafka": {"topic": settings.name, "topicConfiguration": kept, "bindingVersion": "0.5.0"}},
        }
        operations[f"send_{topic}"] = {"action": "send", "channel": {"$ref": f"#/channels/{topic}"}}
        messages[name] = _message(name)
    document = {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Matpho",
            "version": matpho.__version__,
            "description": "Traffic and security events, incidents, traffic measurements, tracks and camera health of "
            "a city's cameras. CloudEvents 1.0 in Kafka's binary mode. At least once; in order for each camera, or "
            "incident (the key).",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": CONTENT_TYPE,
        "servers": {"kafka": {"host": "localhost:9092", "protocol": "kafka", "description": "As the operator says."}},
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages},
    }
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120)


def _message(name: str) -> dict[str, Any]:
    texts = {
        "ce_specversion": "1.0",
        "ce_type": _TYPES[name],
        "ce_source": "/matpho/cameras/<camera_id>, percent-encoded",
        "ce_id": "Equal for what is sent again; what consumers de-duplicate by",
        "ce_time": "RFC 3339, UTC",
        "ce_subject": "What the record is about",
        "ce_dataschema": "urn:matpho:schema:<name>:<version>",
        "content-type": PROTOBUF_TYPE if name == "frame" else CONTENT_TYPE,
    }
    headers = {header: {"type": "string", "description": said} for header, said in texts.items()}
    return {
        "name": name,
        "summary": _SAID[name],
        "contentType": texts["content-type"],
        "headers": {"type": "object", "properties": headers, "required": list(headers)},
        "payload": PROTOBUF if name == "frame" else {"$ref": f"./{file_of(name)}"},
        "bindings": {
            "kafka": {"key": {"type": "string", "description": _KEYS.get(name, _CAMERA)}, "bindingVersion": "0.5.0"}
        },
    }
