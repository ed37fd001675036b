"""The words of the pages, handed to them once for each language."""

from __future__ import annotations

from typing import Any, Final

from console.views import kind_name
from core.events import EventKind, Phase, Severity
from locales import Language, text

PAGE: Final = (
    "page-skip", "page-live", "page-connecting", "page-reconnecting", "page-trouble",
    "page-language", "page-filters", "page-camera", "page-all-cameras", "page-kind", "page-all-kinds", "page-state",
    "page-state-all", "page-state-open", "page-state-ended", "page-time", "page-time-all", "page-time-15m",
    "page-time-1h", "page-time-24h", "page-time-chosen", "page-from", "page-to", "page-clear", "page-alerts",
    "page-shown", "page-older", "page-new-above", "page-open-now", "page-open-count", "page-more-revisions",
    "page-total", "page-chart", "page-chart-step-s", "page-chart-step-m", "page-chart-step-h", "page-chart-cut",
    "page-empty-title", "page-empty-text", "page-empty-command", "page-none-title", "page-none-text", "page-newest",
    "page-close", "page-detail-none", "page-picture", "page-picture-of", "page-picture-coming", "page-picture-none",
    "page-picture-full", "page-scene", "page-scene-none", "page-facts", "page-zone", "page-whole-camera",
    "page-started", "page-updated", "page-ended", "page-duration", "page-confidence", "page-severity", "page-classes",
    "page-tracks", "page-position", "page-end-reason", "page-measures", "page-history", "page-revision",
    "page-event-id", "page-rule", "page-copy", "page-copied", "page-json", "page-keys", "page-failed", "page-gone",
    "page-new-alert", "page-now", "page-ago-s", "page-ago-m", "page-ago-h", "page-ago-d", "page-lasted-s",
    "page-lasted-m", "page-lasted-h", "page-views", "page-traffic", "page-traffic-empty-title",
    "page-traffic-empty-text", "page-traffic-simulated", "page-traffic-newest", "page-traffic-place",
    "page-traffic-plots-of", "page-traffic-plot", "page-traffic-none", "page-traffic-numbers", "page-traffic-movements",
    "page-traffic-flow", "page-traffic-count", "page-traffic-speed", "page-traffic-density", "page-traffic-inside",
    "page-traffic-queue", "page-traffic-unit-flow", "page-traffic-unit-pcu", "page-traffic-unit-count",
    "page-traffic-unit-speed", "page-traffic-unit-density", "page-traffic-unit-inside", "page-traffic-unit-queue",
    "page-traffic-los", "page-traffic-los-speed", "page-traffic-los-density", "page-traffic-now", "page-traffic-now-of",
    "page-incident-events", "page-story", "page-incident-part", "page-verdict", "page-look-only",
    "page-your-name", "page-why", "page-say-who-and-why", "page-true-alert", "page-false-alert",
    "page-mute", "page-mutes", "page-mute-scope", "page-mute-for", "page-mute-rule",
    "page-mute-track", "page-mute-kind", "page-mute-30m", "page-mute-1h", "page-mute-8h",
    "page-mute-24h", "page-mute-end", "page-muted-until", "page-mute-suppressed", "page-off",
    "page-traffic-now-none", "page-traffic-now-apart", "page-traffic-latest", "page-traffic-open",
)  # fmt: skip
EDITOR: Final = (
    "editor-title", "editor-skip", "editor-language", "editor-save", "editor-tools", "editor-picture", "editor-shapes",
    "editor-add", "editor-add-zone", "editor-add-line", "editor-add-lane", "editor-add-point", "editor-undo",
    "editor-redo", "editor-grid", "editor-zoom-in", "editor-zoom-out", "editor-zoom-fit", "editor-zones",
    "editor-lines", "editor-lanes", "editor-points", "editor-zones-none", "editor-lines-none", "editor-lanes-none",
    "editor-points-none", "editor-ground-fixed", "editor-ground-to-points", "editor-ground-error", "editor-wrong",
    "editor-delete", "editor-keys", "editor-name-vi", "editor-name-en", "editor-id", "editor-zoom", "editor-group",
    "editor-limit", "editor-stop-line", "editor-free-flow", "editor-east", "editor-north", "editor-point-elsewhere",
    "editor-turn-lane",
    "editor-turn-line", "editor-corner", "editor-has-problems", "editor-unsaved", "editor-all-saved", "editor-hint",
    "editor-hint-chosen", "editor-hint-zone", "editor-hint-line", "editor-hint-line-end", "editor-hint-lane",
    "editor-hint-lane-on", "editor-hint-point", "editor-add-signal", "editor-signals", "editor-signals-none",
    "editor-add-lamp", "editor-delete-signal", "editor-colour", "editor-arrow", "editor-releases",
    "editor-signal-lanes", "editor-signal-line", "editor-line-of-lanes", "editor-keys-lamp", "editor-hint-signal",
    "editor-hint-signal-amber", "editor-hint-signal-green", "editor-hint-lamp", "signal-red", "signal-amber",
    "signal-green",
)  # fmt: skip
_PLACEHOLDERS: Final = {
    name: "{" + name + "}" for name in ("count", "total", "value", "rest", "kind", "camera", "time")
}


def page_texts(language: Language) -> dict[str, Any]:
    """Texts by their id; where a value goes they hold its name in braces, such as `{count}`."""
    return {
        "language": language,
        "texts": {name.removeprefix("page-"): text(name, language, **_PLACEHOLDERS) for name in PAGE},
        "kinds": {kind.value: kind_name(kind.value, language) for kind in EventKind},
        "phases": {phase.value: text(f"phase-{phase.value}", language) for phase in Phase},
        "severities": {one.value: text(f"severity-{one.value}", language) for one in Severity},
    }


def editor_texts(language: Language) -> dict[str, Any]:
    """Texts of the scene editor, in the same form."""
    texts = {name.removeprefix("editor-"): text(name, language, **_PLACEHOLDERS) for name in EDITOR}
    return {"language": language, "texts": texts, "kinds": {}, "phases": {}, "severities": {}}
