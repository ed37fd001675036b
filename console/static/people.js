// What a person does with an event: a verdict with its reason, and a mute with its end.

import { postJson, token } from "./api.js";
import { el } from "./dom.js";
import * as mutes from "./mutes.js";
import { name, remember } from "./who.js";
import { language, t } from "./words.js";

const spans = () => [["1800", t("mute-30m")], ["3600", t("mute-1h")], ["28800", t("mute-8h")], ["86400", t("mute-24h")]];

/** The part of the details in which a person judges or mutes an event. */
export function people(event) {
  const said = event.verdict
    ? el("p", { class: "verdict" }, el("b", {}, event.verdict.says_name), ` · ${event.verdict.by}${event.verdict.reason_name ? `: ${event.verdict.reason_name}` : ""}`)
    : null;
  if (!token.get()) return el("section", { class: "people" }, el("h3", {}, t("verdict")), said, el("p", { class: "detail-none" }, t("look-only")));
  const problem = el("p", { class: "problem", role: "alert", hidden: true });
  const by = el("input", { name: "by", required: true, maxlength: 80, autocomplete: "name", value: name(), placeholder: t("your-name") });
  const why = el("input", { name: "why", required: true, maxlength: 500, placeholder: t("why") });
  const scope = el("select", { name: "scope", "aria-label": t("mute-scope") },
    el("option", { value: "rule" }, t("mute-rule")),
    event.track_ids.length ? el("option", { value: "track" }, t("mute-track")) : null,
    el("option", { value: "kind" }, t("mute-kind")),
  );
  const span = el("select", { name: "span", "aria-label": t("mute-for") }, ...spans().map(([value, text]) => el("option", { value }, text)));
  const act = (does) => async () => {
    problem.hidden = true;
    const person = { by: by.value.trim(), why: why.value.trim() };
    if (!person.by || !person.why) return tell(t("say-who-and-why"));
    remember(person.by);
    try {
      await does(person);
      why.value = "";
      why.dispatchEvent(new Event("input"));
      dispatchEvent(new CustomEvent("acted"));
    } catch (error) {
      tell(error.message);
    }
  };
  const tell = (message) => {
    problem.textContent = message;
    problem.hidden = false;
  };
  const judge = (says) => act((person) => postJson("/api/verdicts", { event_id: event.event_id, says, ...person }, { lang: language() }));
  const mute = act(async (person) => {
    await postJson("/api/mutes", { event_id: event.event_id, scope: scope.value, for_s: Number(span.value), ...person }, { lang: language() });
    await mutes.reload();
  });
  return el(
    "section",
    { class: "people" },
    el("h3", {}, t("verdict")),
    said,
    el("div", { class: "acts" }, by, why),
    el("div", { class: "acts" },
      el("button", { type: "button", class: "says-true", onclick: judge("true") }, t("true-alert")),
      el("button", { type: "button", class: "says-false", onclick: judge("false") }, t("false-alert")),
    ),
    el("div", { class: "acts" },
      scope, span,
      el("button", { type: "button", class: "mute", onclick: mute }, t("mute")),
    ),
    problem,
  );
}
