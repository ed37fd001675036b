// The list of alerts: one row for each event, newest first, changed in place when a revision comes.

import { $, el, icon } from "./dom.js";
import { ago, at, dayText, sameDay, t, timeText } from "./words.js";

const MOST_ROWS = 500;
const shown = new Map();
const incidents = new Map();

const ICONS = new Set(["line_crossing", "intrusion", "loitering", "crowding", "stopped_vehicle", "congestion", "queue", "spillback", "down"]);

export const iconOf = (event) => {
  const name = event.kind.split(".").pop();
  return ICONS.has(name) ? name : "other";
};

/** The newest picture that is on the disk; of those that are not, none. */
export const pictureOf = (event) => event.pictures.findLast((picture) => picture.ready) ?? null;

/** Whether a picture was asked for and may still come. */
export const pictureComes = (event) => !pictureOf(event) && event.pictures.length > 0 && !event.given_up;

export const badge = (event) =>
  el("span", { class: event.phase === "ended" ? "badge" : "badge open" }, event.phase_name);

export const count = () => shown.size;
export const get = (id) => shown.get(id)?.event;
export const all = () => [...shown.values()].map((entry) => entry.event);

/** The event that started last. */
export function newest() {
  return $("rows").firstElementChild ? get($("rows").firstElementChild.dataset.id) : null;
}

/** The incident that an event belongs to, as far as this page has heard. */
export const incidentOf = (event) => incidents.get(event.event_id) ?? event.incident_id ?? null;

/** Remember which events an incident has: they have no rows of their own. */
export function belong(incident) {
  for (const member of incident.incident.members) incidents.set(member.event_id, incident.event_id);
}

/** Take a row away; whether there was one. */
export function drop(id) {
  const there = shown.has(id);
  remove(id);
  return there;
}

export function clear() {
  shown.clear();
  incidents.clear();
  $("rows").replaceChildren();
}

/** Show an event: a new row at its place in time, or its row with the new revision. Returns whether it is new here. */
export function put(event, { fresh = false } = {}) {
  if (event.incident) belong(event);
  const known = shown.get(event.event_id);
  if (known && known.event.revision > event.revision) return false;
  const item = el("li", { "data-id": event.event_id }, row(event));
  const focused = known?.item.contains(document.activeElement);
  if (known) known.item.replaceWith(item);
  else place(item, event, fresh);
  shown.set(event.event_id, { event, item });
  if (focused) item.firstElementChild.focus({ preventScroll: true });
  if (fresh) item.firstElementChild.classList.add("fresh");
  if (!known && shown.size > MOST_ROWS) remove($("rows").lastElementChild.dataset.id);
  return !known;
}

export function remove(id) {
  shown.get(id)?.item.remove();
  shown.delete(id);
}

/** Mark the row whose details are shown. */
export function mark(id) {
  for (const link of $("rows").querySelectorAll("[aria-current]")) link.removeAttribute("aria-current");
  shown.get(id)?.item.firstElementChild.setAttribute("aria-current", "true");
}

/** Move the focus by rows. */
export function move(by) {
  const links = [...$("rows").querySelectorAll(".row")];
  const now = links.findIndex((link) => link === document.activeElement);
  const from = now >= 0 ? now : links.findIndex((link) => link.hasAttribute("aria-current"));
  const next = links[Math.min(links.length - 1, Math.max(0, from + by))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

/** Renew what depends on the clock. */
export function tick() {
  for (const { event, item } of shown.values()) item.querySelector(".ago").textContent = ago(at(event.at));
}

function place(item, event, fresh) {
  // Times are texts of one length, so they compare as texts, to the nanosecond.
  const before = [...$("rows").children].find((other) => {
    const time = get(other.dataset.id).started;
    return time < event.started || (fresh && time === event.started);
  });
  $("rows").insertBefore(item, before ?? null);
}

function row(event) {
  const started = at(event.started);
  return el(
    "a",
    { class: `row sev-${event.severity}`, href: `#event=${encodeURIComponent(event.event_id)}`, "data-open": event.phase !== "ended" },
    thumb(event),
    el(
      "div",
      {},
      el("h3", {}, icon(iconOf(event)), el("span", {}, event.kind_name), badge(event), many(event), verdict(event)),
      el("p", { class: "said" }, event.sentence),
      el("p", { class: "where" }, el("b", {}, (event.cameras ?? [event.camera_id]).join(", ")), event.zone_name ? ` · ${event.zone_name}` : ""),
    ),
    el(
      "div",
      { class: "when" },
      el("time", { datetime: event.started }, timeText(started)),
      sameDay(started, new Date()) ? null : el("span", { class: "day" }, dayText(started)),
      el("span", { class: "ago" }, ago(at(event.at))),
    ),
  );
}

/** How many events an incident has. */
const many = (event) => {
  const count = event.incident ? event.incident.members.length + event.incident.more : 1;
  return count > 1 ? el("span", { class: "badge many" }, t("incident-events", { count })) : null;
};

/** What a second look or a person said of an event. */
export const verdict = (event) =>
  event.verdict ? el("span", { class: `badge says-${event.verdict.says}`, title: `${event.verdict.by}: ${event.verdict.reason_name}` }, event.verdict.says_name) : null;

/** Cut the picture around the event's box, so that a small picture shows who or what. */
function closeUp(event, image) {
  if (!event.box || !event.reference_size) return image;
  const [width, height] = event.reference_size;
  const [left, top, right, bottom] = event.box;
  const wide = Math.min(width, (height * 16) / 9, Math.max(width * 0.3, (right - left) * 1.5, ((bottom - top) * 1.3 * 16) / 9));
  const high = (wide * 9) / 16;
  const x = Math.min(width - wide, Math.max(0, (left + right - wide) / 2));
  const y = Math.min(height - high, Math.max(0, (top + bottom - high) / 2));
  // The caption below the frame is as wide as the frame, so the width alone gives the scale.
  image.className = "cut";
  image.style.width = `${(100 * width) / wide}%`;
  image.style.left = `${(-100 * x) / wide}%`;
  image.style.top = `${(-100 * y) / high}%`;
  return image;
}

function thumb(event) {
  const picture = pictureOf(event);
  const coming = pictureComes(event);
  const label = t(coming ? "picture-coming" : "picture-none");
  return el(
    "div",
    { class: "thumb", "data-coming": coming, title: picture ? null : label },
    picture ? closeUp(event, el("img", { src: picture.url, alt: "", loading: "lazy", decoding: "async" })) : icon(event.pictures.length ? "picture" : iconOf(event)),
  );
}
