"""Exports quantised dynamically to int8, and the fp32 graph that they were made of.

Such an export stores weights as int8 and measures each activation's range anew for every image. Where the processor has
no instructions for int8, that costs more than it saves. Its weights say exactly which fp32 weights it means, scale ×
(q - zero point), so the plain graph can be had back; only the rounding of activations is gone.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import structlog

from core.cache import cache_folder, file_hash, write_whole
from core.errors import ModelError
from models.network import first_line

log = structlog.get_logger()

MARKS: Final = (b"DynamicQuantizeLinear", b"Integer")
"""What every such file contains: `ConvInteger` or `MatMulInteger`."""
VERSION: Final = "1"
"""Of what `rebuilt` makes; graphs of another version are made anew."""
SOURCE: Final = "matpho_rebuilt_from"


def fp32_graph(path: Path) -> Path | None:
    """The fp32 graph of a dynamic int8 export, from the cache or made; None for any other file, and for an export of
    which some layer is not understood.

    Raises:
        ModelError: the file looks like one, but cannot be read.
    """
    content = path.read_bytes()
    if not all(mark in content for mark in MARKS):
        return None
    stamp = f"{file_hash(path)}-{VERSION}"
    kept = cache_folder("graphs") / f"{stamp}.onnx"
    if _whole(kept, stamp):
        return kept
    import onnx  # here, for it takes a tenth of a second that most models do not need

    from models.backends.dequantise import dequantised

    try:
        model = dequantised(onnx.load_model_from_string(content))
    except Exception as error:  # protobuf's errors share no base class
        raise ModelError("error-model-not-onnx", path=path, reason=first_line(error)) from error
    if model is None:
        log.warning("int8_export_not_understood", model=str(path), effect="it runs as it is")
        return None
    model.metadata_props.add(key=SOURCE, value=stamp)
    try:
        write_whole(kept, model.SerializeToString())
    except OSError as error:
        log.warning("fp32_graph_not_kept", graph=str(kept), reason=str(error), effect="the export runs as it is")
        return None
    log.info("fp32_graph_rebuilt", model=str(path), graph=str(kept))
    return kept


def _whole(kept: Path, stamp: str) -> bool:
    """Whether a graph lies there, all of it: its last property is the last thing in the file."""
    if not kept.is_file():
        return False
    whole = kept.read_bytes().endswith(stamp.encode())
    if not whole:
        log.warning("cached_graph_damaged", graph=str(kept), effect="it is made anew")
    return whole
