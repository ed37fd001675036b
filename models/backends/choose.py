"""The fastest backend, found by a short measurement of the model itself, and remembered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from statistics import median
from time import perf_counter
from typing import Final

import numpy as np
import structlog

from core.arrays import F32
from core.errors import MatphoError, ModelError
from models.backends import AUTO, REFERENCE, installed, open_network, simplest
from models.backends.agreement import agreement
from models.backends.int8 import fp32_graph
from models.backends.remembered import Choice, Question, Trial, recall, remember
from models.backends.samples import batches, street_pictures
from models.decoding import Plan
from models.network import Network
from scenes.model_specs import Backend

log = structlog.get_logger()

BUDGET_S: Final = 2.0
"""For all that runs, once the candidates are loaded."""
ROUNDS: Final = (3, 15)
"""Fewest and most timed runs of each candidate; the fewest also where they take longer than the budget."""
TIE: Final = 0.97
"""A candidate wins over simpler ones only where it takes less than this share of their time."""
Opener = Callable[[Backend, str], Network]


def candidates(question: Question) -> tuple[Backend, ...]:
    """The backends that may run the model, those installed; the simplest first."""
    if question.path.suffix == ".pt":
        return ("torch",)
    wanted: list[Backend] = [REFERENCE, "openvino" if question.device == "cpu" else "tensorrt"]
    if fp32_graph(question.path) is not None:
        wanted.insert(1, "onnxruntime-fp32")
    return tuple(name for name in wanted if installed(name)) or (simplest(question.path),)


def fastest(
    question: Question, plan_of: Callable[[Network], Plan], opener: Opener | None = None
) -> tuple[Network, Choice]:
    """The model on the backend that runs it fastest and agrees with the reference.

    The reference is ONNX Runtime on the CPU. A dynamic int8 export is judged by its own fp32 graph there, for the
    rounding of its activations moves boxes by itself; run as it is, it is what the user chose and is never refused.

    Args:
        plan_of: how to read the outputs.
        opener: in place of `open_network`: from a backend and a device to the network.

    Raises:
        ModelError: no backend can run it; said of the simplest one.
    """

    def opened(backend: Backend, device: str) -> Network:
        return open_network(question.path, backend, device=device, threads=question.threads, batch=question.most)

    opener = opener or opened
    names = candidates(question)
    if len(names) == 1:
        return opener(names[0], question.device), Choice(names[0], ())
    known = recall(question, names)
    if known is not None:
        try:
            return opener(known.backend, question.device), known
        except ModelError as error:
            log.warning("remembered_backend_failed", backend=known.backend, reason=str(error))
    networks, failed = _open_all(question, names, opener)
    trials = _judged(question, networks, plan_of(next(iter(networks.values()))), opener)
    choice = Choice(_best(trials), (*trials, *failed))
    _say(question, choice)
    remember(question, names, choice)
    return networks[choice.backend], choice


def _best(trials: Sequence[Trial]) -> Backend:
    able = [(trial.ms, trial.backend) for trial in trials if trial.problem is None and trial.ms is not None]
    least = min(ms for ms, _ in able)
    return next(backend for ms, backend in able if ms * TIE <= least)


def _open_all(
    question: Question, names: Sequence[Backend], opener: Opener
) -> tuple[dict[Backend, Network], list[Trial]]:
    networks: dict[Backend, Network] = {}
    errors: dict[Backend, Exception] = {}
    for name in names:
        if name == "tensorrt":
            log.info("tensorrt_engine", model=str(question.path), effect="built unless cached; takes minutes")
        try:
            networks[name] = opener(name, question.device)
        except MatphoError as error:
            errors[name] = error
            log.warning("backend_failed", backend=name, reason=str(error))
        except Exception as error:  # an optional runtime that is broken must not stop the others
            errors[name] = error
            log.exception("backend_failed", backend=name)
    if not networks:
        raise errors[names[0]]
    return networks, [Trial(name, problem="failed") for name in errors]


def _judged(question: Question, networks: dict[Backend, Network], plan: Plan, opener: Opener) -> list[Trial]:
    """How each did; those that fail are taken out of `networks`."""
    began = perf_counter()
    size = next(iter(networks.values())).batch or question.most
    pictures = street_pictures() if question.samples is None else question.samples
    inputs = batches(pictures, plan.spec, size)
    reference = _reference(question, networks, opener)
    wanted = None if reference is None else _outputs(reference, inputs)
    trials = []
    for name in tuple(networks):
        try:
            found = _outputs(networks[name], inputs)  # also what warms it up
        except Exception:
            if len(networks) == 1:
                raise
            log.exception("backend_failed", backend=name)
            trials.append(Trial(name, problem="failed"))
            del networks[name]
            continue
        trials.append(Trial(name) if wanted is None else _compared(name, plan, wanted, found))
    times = _times(networks, inputs[0], began)
    return [t if t.backend not in times else replace(t, ms=round(1000 * times[t.backend] / size, 3)) for t in trials]


def _compared(name: Backend, plan: Plan, wanted: list[F32], found: list[F32]) -> Trial:
    judged = agreement(plan, wanted, found)
    if judged.good or name == REFERENCE:
        return Trial(name, agreement=judged.share)
    share, close = round(judged.share, 4), judged.close
    log.warning("backend_refused", backend=name, agreement=share, boxes=judged.boxes, outputs_close=close)
    return Trial(name, agreement=judged.share, problem="disagrees")


def _reference(question: Question, networks: dict[Backend, Network], opener: Opener) -> Network | None:
    """The judge; None without ONNX Runtime."""
    name: Backend = "onnxruntime-fp32" if fp32_graph(question.path) is not None else REFERENCE
    if question.device == "cpu" and name in networks:
        return networks[name]
    try:
        return opener(name, "cpu")
    except ModelError as error:
        log.warning("backends_not_judged", reason=str(error))
        return None


def _outputs(network: Network, inputs: Sequence[F32]) -> list[F32]:
    """Each output for all inputs; copied, for the next run may overwrite it."""
    runs = [[output.copy() for output in network.run(images)] for images in inputs]
    return [np.concatenate(outputs) for outputs in zip(*runs, strict=True)]


def _times(networks: dict[Backend, Network], images: F32, began: float) -> dict[Backend, float]:
    """Seconds of a run of each, the median, in turns; the budget runs from `began`."""
    taken: dict[Backend, list[float]] = {name: [] for name in networks}
    turns = perf_counter()
    for done in range(ROUNDS[1]):
        now = perf_counter()
        if done >= ROUNDS[0] and now + (now - turns) / done > began + BUDGET_S:
            break
        for name, network in networks.items():
            start = perf_counter()
            network.run(images)
            taken[name].append(perf_counter() - start)
    return {name: median(seconds) for name, seconds in taken.items()}


def _say(question: Question, choice: Choice) -> None:
    times = {trial.backend: trial.ms for trial in choice.trials if trial.ms is not None}
    log.info("backend_chosen", model=str(question.path), backend=choice.backend, wanted=AUTO, ms_an_image=times)
    if choice.int8_is_slower:
        log.warning(
            "int8_slower_than_its_fp32", model=str(question.path), int8_ms=times[REFERENCE],
            fp32_ms=times["onnxruntime-fp32"], effect="the fp32 graph is preferred on this machine",
        )  # fmt: skip
