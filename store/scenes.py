"""The scenes of cameras in the event store, as pages draw them."""

from __future__ import annotations

import json

from sqlalchemy import select

from store import schema
from store.database import Database, replace_row
from store.records import SceneRecord


class Scenes:
    """The latest scene of each camera."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, scene: SceneRecord) -> None:
        """Store a camera's scene in place of the one before."""
        width, height = scene.reference_size
        row = {
            "camera_id": scene.camera_id,
            "scene_id": scene.scene_id,
            "version": scene.version,
            "width": width,
            "height": height,
            "drawing": json.dumps(dict(scene.drawing), ensure_ascii=False),
            "picture": scene.picture,
        }
        with self._database.write() as connection:
            connection.execute(schema.insert_new(schema.cameras), [{"camera_id": scene.camera_id}])
            replace_row(connection, schema.scenes, schema.scenes.c.camera_id == scene.camera_id, row)

    def of(self, camera_id: str) -> SceneRecord | None:
        """A camera's scene, None when none was stored."""
        table = schema.scenes
        with self._database.read() as connection:
            row = connection.execute(select(table).where(table.c.camera_id == camera_id)).one_or_none()
        if row is None:
            return None
        size = (row.width, row.height)
        return SceneRecord(row.camera_id, row.scene_id, row.version, size, json.loads(row.drawing), row.picture)
