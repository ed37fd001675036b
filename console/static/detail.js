// The panel of one event: picture, place, facts, measures, history.

import { getJson } from "./api.js";
import { $, el, icon } from "./dom.js";
import { people } from "./people.js";
import { badge, iconOf, pictureComes, pictureOf, verdict } from "./rows.js";
import { sceneDrawing } from "./scene.js";
import { at, lasted, momentText, number, t, timeText, language } from "./words.js";

let current = null;
let chosenPicture = null;
const typed = new Map();

/** The event shown now: its id and revision, null when there is none. */
export const showing = () => current;

/** Load an event and show it. `following`: it is the newest, nobody chose it. Answers false when it is not there. */
export async function open(id, { following = false, close }) {
  const wanted = { id, following, revision: 0 };
  if (current?.id !== id) chosenPicture = null;
  current = wanted;
  let answer;
  try {
    answer = await getJson(`/api/rows/${encodeURIComponent(id)}`, { lang: language() });
  } catch (error) {
    if (current === wanted) empty(error.status === 404 ? t("gone") : t("failed", { value: error.message }), close);
    return false;
  }
  if (current !== wanted) return true; // another was asked for meanwhile
  if (typing() && $("detail").dataset.id === id) {
    again({ following, close });
    return true;
  }
  current.revision = answer.event.revision;
  render(answer, following, close);
  return true;
}

/** Whether somebody writes a reason: what is shown is not renewed under their hands. */
const typing = () => document.activeElement?.matches(".people input");

/** Look again when they have left the field; late enough for a click on a button beside it. */
function again(options) {
  const part = document.activeElement.closest(".people");
  part.addEventListener("focusout", () => setTimeout(() => part.isConnected && current && open(current.id, options), 800), { once: true });
}

/** Show nothing, and say why. */
export function empty(message = t("detail-none"), close = null) {
  if (!close) current = null;
  $("detail").className = "detail";
  $("detail").replaceChildren(...(close ? [closeButton(close)] : []), el("p", { class: "detail-none" }, message));
}

function render({ event, revisions, scene, story, cause, lasted: whole }, following, close) {
  const scroll = $("detail").querySelector(".detail-body")?.scrollTop ?? 0;
  const same = $("detail").dataset.id === event.event_id;
  $("detail").dataset.id = event.event_id;
  $("detail").className = `detail sev-${event.severity}`;
  const body = el(
    "div",
    { class: "detail-body" },
    picture(event),
    story && storyOf(story, whole),
    event.incident_id && !event.incident ? partOf(event) : null,
    measures(cause ?? event),
    people(cause ?? event),
    el("div", { class: "columns" }, facts(event), history(revisions)),
    place(event, scene),
    ids(event),
  );
  body.querySelectorAll(".people").forEach((part) => kept(part, event.event_id));
  $("detail").replaceChildren(
    el(
      "header",
      { class: "detail-head" },
      el(
        "div",
        {},
        el("h2", {}, icon(iconOf(event)), event.kind_name, badge(event), verdict(event), following ? el("span", { class: "tag" }, t("newest")) : null),
        el("p", {}, event.sentence),
      ),
      following ? null : closeButton(close),
    ),
    body,
  );
  body.scrollTop = same ? scroll : 0;
}

const closeButton = (close) =>
  el("button", { type: "button", class: "icon-button", "aria-label": t("close"), title: `${t("close")} (Esc)`, onclick: close }, icon("close"));

function picture(event) {
  const ready = event.pictures.filter((one) => one.ready);
  const shown = ready.find((one) => one.path === chosenPicture) ?? pictureOf(event);
  if (!shown) {
    const text = event.pictures.length ? t(pictureComes(event) ? "picture-coming" : "picture-none") : t("picture-none");
    return el("div", { class: "shot" }, text);
  }
  const alt = t("picture-of", { kind: event.kind_name, camera: event.camera_id, time: momentText(at(shown.captured)) });
  const big = el("img", { src: shown.url, alt });
  const link = el("a", { href: shown.url, target: "_blank", rel: "noopener", title: t("picture-full") }, big);
  if (ready.length < 2) return el("div", {}, el("div", { class: "shot" }, link));
  const buttons = ready.map((one) =>
    el(
      "button",
      {
        type: "button",
        "aria-pressed": String(one === shown),
        "aria-label": timeText(at(one.captured)),
        onclick: (click) => {
          chosenPicture = one.path;
          big.src = link.href = one.url;
          for (const other of click.currentTarget.parentNode.children) other.setAttribute("aria-pressed", String(other === click.currentTarget));
        },
      },
      el("img", { src: one.url, alt: "" }),
    ),
  );
  return el("div", {}, el("div", { class: "shot" }, link), el("div", { class: "shots" }, ...buttons));
}

function facts(event) {
  const [started, latest] = [at(event.started), at(event.at)];
  const ended = event.phase === "ended";
  const rows = [
    [t("camera"), (event.cameras ?? [event.camera_id]).join(", ")],
    [t("zone"), event.zone_name || t("whole-camera")],
    [t("started"), momentText(started)],
    [t(ended ? "ended" : "updated"), momentText(latest)],
    latest > started && [t("duration"), lasted(latest - started)],
    event.end_reason_name && [t("end-reason"), event.end_reason_name],
    [t("rule"), event.rule_id],
    [t("severity"), event.severity_name],
    [t("confidence"), `${number(event.confidence * 100)} %`],
    event.class_names && [t("classes"), event.class_names],
    event.track_ids.length > 0 && [t("tracks"), event.track_ids.slice(0, 12).join(", ") + (event.track_ids.length > 12 ? " …" : "")],
    event.position && [t("position"), `${number(event.position[1], 5)}, ${number(event.position[0], 5)}`],
  ];
  const list = rows.filter(Boolean).flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]);
  return el("section", {}, el("h3", {}, t("facts")), el("dl", { class: "facts" }, ...list));
}

/** An incident's events in the order in which they began; each leads to its own details. */
function storyOf(lines, whole) {
  const items = lines.map((line) =>
    el(
      "li",
      { class: `role-${line.role}` },
      el("a", { href: `#event=${encodeURIComponent(line.event_id)}` },
        el("span", { class: "story-when" }, el("time", { datetime: line.started }, timeText(at(line.started))), line.after_s >= 1 ? el("small", {}, `+${lasted(1000 * line.after_s)}`) : null),
        el("span", { class: "story-what" },
          el("b", {}, line.role_name), " ", line.kind_name, line.phase === "ended" ? el("small", {}, ` · ${line.phase_name}`) : null,
          el("span", {}, line.sentence),
          el("small", {}, line.camera_id),
        ),
        line.picture ? el("img", { src: line.picture, alt: "", loading: "lazy" }) : null,
      ),
    ),
  );
  return el("section", {}, el("h3", {}, `${t("story")} · ${whole}`), el("ol", { class: "story" }, ...items));
}

const partOf = (event) =>
  el("p", { class: "part-of" }, el("a", { href: `#event=${encodeURIComponent(event.incident_id)}` }, t("incident-part")));

/** What somebody is typing outlives the event's next revision. */
function kept(part, id) {
  const drafts = part.querySelectorAll("input, select");
  for (const field of drafts) {
    const key = `${id}/${field.name}`;
    if (typed.has(key)) field.value = typed.get(key);
    field.addEventListener("input", () => typed.set(key, field.value));
  }
}

function measures(event) {
  if (!event.measure_rows.length) return null;
  const list = event.measure_rows.map((row) => el("div", {}, el("dt", {}, row.name), el("dd", {}, row.value)));
  return el("section", {}, el("h3", {}, t("measures")), el("dl", { class: "measures" }, ...list));
}

function place(event, scene) {
  const body = scene ? sceneDrawing(scene, event) : el("p", { class: "detail-none" }, t("scene-none"));
  return el("section", {}, el("h3", {}, t("scene")), body);
}

function history(revisions) {
  const left = revisions.length > 12 ? revisions.length - 10 : 0;
  const items = revisions.map((one, index) => (left && index >= 2 && index < 2 + left) ? null :
    el(
      "li",
      { class: index === revisions.length - 1 ? "last" : null },
      el("time", { datetime: one.at }, timeText(at(one.at))),
      one.phase_name,
      el("small", {}, t("revision", { count: one.revision })),
      index === 0 || one.sentence !== revisions[index - 1].sentence ? el("p", {}, one.sentence) : null,
    ),
  );
  if (left) items[2] = el("li", { class: "more" }, t("more-revisions", { count: left }));
  return el("section", {}, el("h3", {}, t("history")), el("ol", { class: "history" }, ...items.filter(Boolean)));
}

function ids(event) {
  const copy = el("button", { type: "button" }, t("copy"));
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(event.event_id);
    copy.textContent = t("copied");
    setTimeout(() => (copy.textContent = t("copy")), 1500);
  });
  const json = `/api/rows/${encodeURIComponent(event.event_id)}`;
  return el(
    "section",
    {},
    el("h3", {}, t("event-id")),
    el("div", { class: "links" }, el("code", {}, event.event_id), copy, el("a", { href: json, target: "_blank", rel: "noopener" }, t("json"))),
  );
}
