"""A detector for larger pictures than it was exported for: more pixels of what is far away, for more time."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import structlog
import yaml

from core.arrays import U8
from core.cache import cache_folder, file_hash, write_whole
from core.errors import ModelError
from models.backends.int8 import fp32_graph
from models.backends.resized import VERSION, in_proportion, resized_graph
from models.backends.samples import street_pictures
from models.card import ModelCard, card_path, read_card
from models.detector import OnnxDetector
from models.trimming import FEW, LEAST, shared_boxes

log = structlog.get_logger()

Weights: TypeAlias = tuple[Path, ModelCard | None]
GREY: Final = 114


def resized_model(weights: Weights, input_px: int, build: Callable[[Weights], OnnxDetector]) -> Weights:
    """The same model for pictures `input_px` wide, and as high in proportion; made once and kept in the cache.

    Before it is used both are shown views of a street in the same size, with grey around them in the larger input: they
    must find the same boxes. An export in dynamic int8 is computed as the fp32 graph that it was made of.

    Args:
        weights: an ONNX file and its card.
        input_px: a multiple of 32.
        build: from weights to a detector on the CPU.

    Raises:
        ModelError: its graph is not understood, or sees something else.
    """
    path, card = weights
    if path.suffix != ".onnx":
        raise ModelError("error-model-resized", path=path, width=input_px)
    folder = cache_folder("graphs") / f"{file_hash(path)}-{input_px}-{VERSION}"
    kept = folder / f"{path.stem}-{input_px}.onnx"
    if kept.is_file():
        return kept, card and read_card(card_path(kept))
    whole = build(weights)
    spec = whole.input_spec
    if spec.width == input_px:
        return weights
    size = in_proportion(spec, input_px)
    graph = resized_graph(fp32_graph(path) or path, *size)
    if graph is None:
        raise ModelError("error-model-resized", path=path, width=input_px)
    with tempfile.TemporaryDirectory(dir=folder.parent) as draft:
        made = Path(draft) / "model" / kept.name
        made.parent.mkdir()
        write_whole(made, graph.read_bytes())
        _try(whole, build((made, card and _write_card(card, made, size))), path, input_px)
        if not folder.exists():
            made.parent.rename(folder)
    log.info("model_resized", model=str(path), size=size, kept=str(kept))
    return kept, card and read_card(card_path(kept))


def _write_card(card: ModelCard, graph: Path, size: tuple[int, int]) -> ModelCard:
    """The card of a resized graph, beside it."""
    taken = None if card.input is None else card.input.model_copy(update={"width": size[0], "height": size[1]})
    said = {"name": f"{card.name}-{size[0]}", "file": graph.name, "sha256": file_hash(graph), "licence_text": None}
    card = card.model_copy(update={**said, "input": taken})
    write_whole(card_path(graph), yaml.safe_dump(card.model_dump(mode="json")).encode())
    return card


def _try(whole: OnnxDetector, made: OnnxDetector, path: Path, input_px: int) -> None:
    pictures = street_pictures()
    grown = made.input_spec.width / whole.input_spec.width
    views, larger = ([_amid_grey(picture, max(1.0, by)) for picture in pictures] for by in (1 / grown, grown))
    share, boxes = shared_boxes((whole, views), (made, larger))
    if share < LEAST or boxes < FEW:
        log.warning("model_not_resized", model=str(path), same_boxes=round(share, 3), of=boxes)
        raise ModelError("error-model-resized", path=path, width=input_px)


def _amid_grey(picture: U8, by: float) -> U8:
    """A picture in the upper left of a grey one that is so many times as wide and high."""
    height, width = picture.shape[:2]
    canvas = np.full((round(height * by), round(width * by), 3), GREY, np.uint8)
    canvas[:height, :width] = picture
    return canvas
