"""Ultralytics: `YOLO(...).track` frame by frame, with ONNX Runtime or OpenVINO, its own settings, in one thread."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import torch
import yaml
from perception_io import Player, main, one_thread  # type: ignore[import-not-found]
from ultralytics import YOLO  # type: ignore[import-not-found]


def make(job: dict[str, Any]) -> Player:
    """The package's defaults but for its log of each frame, which is off."""
    torch.set_num_threads(1)
    bind = {"onnxruntime": onnxruntime_model, "openvino": openvino_model}
    model = YOLO(bind[job["runtime"]](job), task="detect")

    def step(picture: Any) -> int:
        found = model.track(
            picture, persist=True, tracker="bytetrack.yaml", imgsz=job["imgsz"], device="cpu", verbose=False
        )
        return len(found[0].boxes)

    def reset() -> None:
        for tracker in getattr(model.predictor, "trackers", ()):
            tracker.reset()

    return Player(step, reset)


def onnxruntime_model(job: dict[str, Any]) -> str:
    """The file itself; the package offers no way to set the threads of its session, so they are set as it is made."""
    onnxruntime: Any = import_module("onnxruntime")
    made = onnxruntime.InferenceSession

    def session(path: Any, sess_options: Any = None, **rest: Any) -> Any:
        return made(path, one_thread(sess_options or onnxruntime.SessionOptions()), **rest)

    onnxruntime.InferenceSession = session
    return str(job["model"])


def openvino_model(job: dict[str, Any]) -> str:
    """The folder that the package's own `export(format="openvino")` leaves, made of the ONNX file."""
    openvino: Any = import_module("openvino")
    made = openvino.Core.compile_model

    def compile_model(core: Any, model: Any, device_name: Any = None, config: Any = None) -> Any:
        return made(core, model, device_name, {**(config or {}), "INFERENCE_NUM_THREADS": 1})

    openvino.Core.compile_model = compile_model
    folder = Path(job["folder"]) / f"{Path(job['model']).stem}_openvino_model"
    folder.mkdir()
    openvino.save_model(openvino.convert_model(job["model"]), folder / "model.xml", compress_to_fp16=False)
    (folder / "metadata.yaml").write_text(yaml.safe_dump(job["metadata"], allow_unicode=True), encoding="utf-8")
    return str(folder)


if __name__ == "__main__":
    main(make)
