"""What `matpho check` says of the size in which road users are shown to the detector."""

from __future__ import annotations

from dataclasses import dataclass

from core.frames import InputSpec
from core.scene import Scene
from locales import text
from models.input_choice import WANTED_PX, choose_input, seen_with
from scenes.model_specs import InputWidth


@dataclass(frozen=True, slots=True)
class InputAdvice:
    """One line of it. `warning`: somebody should do something."""

    line: str
    warning: bool


def input_advice(name: str, scene: Scene, asked: InputWidth, exported: InputSpec) -> InputAdvice | None:
    """What there is to say of a camera, or a scene, with a wish for its input; None: nothing."""
    least = seen_with(scene, exported, exported.width)
    if asked == "auto":
        choice = choose_input(scene, exported)
    else:
        choice = least if asked == "exported" else seen_with(scene, exported, asked)
    if choice.smallest is None:
        return None
    place = " / ".join(filter(None, (choice.smallest.preset, choice.smallest.place)))
    if not choice.enough:
        size, wanted = f"{choice.size_px:.0f}", f"{WANTED_PX:.0f}"
        said = text("cli-check-input-small", name=name, place=place, size=size, width=str(choice.width), wanted=wanted)
        return InputAdvice(said, warning=True)
    if choice.width <= exported.width or asked != "auto":
        return None
    times = f"{(choice.width / exported.width) ** 2:.1f}"
    widths = {"exported": str(exported.width), "width": str(choice.width)}
    small = f"{least.size_px:.0f}"
    return InputAdvice(
        text("cli-check-input", name=name, place=place, small=small, times=times, **widths), warning=False
    )
