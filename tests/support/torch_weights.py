"""Untrained weights in Ultralytics' own format."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import numpy as np


def weights_file(path: Path) -> Path:
    """A YOLO11n of three classes for images of 32 × 32, its weights drawn at random."""
    torch, ultralytics = import_module("torch"), import_module("ultralytics")
    tasks = import_module("ultralytics.nn.tasks")
    torch.manual_seed(4)
    model = tasks.DetectionModel("yolo11n.yaml", nc=3, verbose=False)
    model.names = {0: "person", 1: "car", 2: "kite"}
    model.args = {"imgsz": 32, "task": "detect", "model": "yolo11n.yaml"}
    model.task = "detect"
    noise = torch.from_numpy(np.random.default_rng(5).random((8, 3, 32, 32), np.float32))
    model.train()
    for _ in range(20):  # so that the normalisations know their inputs, and outputs differ
        model(noise)
    head = model.model[-1]
    for branch in (*head.cv2, *head.cv3):  # untrained, its answer to any image is nearly the same
        branch[-1].weight.data *= 100
    torch.save({"model": model.eval(), "train_args": model.args, "version": ultralytics.__version__}, path)
    return path
