// The filter bar: what it asks of the server, and whether a live event fits it.

import { $, el } from "./dom.js";
import { at, kinds, t } from "./words.js";

const form = () => $("filters");

/** The chosen filters as a query; relative times are counted from now. */
export function query() {
  const { camera, kind, state } = values();
  const { since, until } = span();
  return {
    camera,
    kind,
    open: state === "open" ? "true" : "",
    phase: state === "ended" ? "ended" : "",
    since: since?.toISOString(),
    until: until?.toISOString(),
  };
}

/** What of the query the summary understands. */
export function spanQuery() {
  const { camera, since, until } = query();
  return { camera, since, until };
}

/** Whether an event belongs to the list as filtered; an event belongs to a time when any of its life does. */
export function fits(event) {
  const { camera, kind, state } = values();
  const { since, until } = span();
  return (
    (!camera || (event.cameras ?? [event.camera_id]).includes(camera)) &&
    (!kind || (event.kinds ?? [event.kind]).some((one) => one === kind || one.startsWith(`${kind}.`))) &&
    (!state || (event.phase === "ended") === (state === "ended")) &&
    (!since || at(event.at) >= since) &&
    (!until || at(event.started) < until)
  );
}

export const any = () => Object.values(values()).some((value) => value !== "");

export function setKind(kind) {
  form().elements.kind.value = form().elements.kind.value === kind ? "" : kind;
  changed();
}

/** Wire the bar; `apply` is called after each change. */
export function start(apply) {
  notify = apply;
  form().addEventListener("change", changed);
  form().addEventListener("submit", (event) => event.preventDefault());
  form().addEventListener("reset", () => setTimeout(changed));
  $("filter-toggle").addEventListener("click", () => {
    const shown = form().classList.toggle("shown");
    $("filter-toggle").setAttribute("aria-expanded", String(shown));
  });
}

/** Fill the choices, keeping what is chosen. */
export function choices(cameras) {
  options(form().elements.camera, t("all-cameras"), cameras.map((name) => [name, name]));
  options(form().elements.kind, t("all-kinds"), Object.entries(kinds()));
}

let notify = () => {};

function changed() {
  for (const label of form().querySelectorAll(".span")) label.hidden = form().elements.time.value !== "chosen";
  for (const field of form().elements) field.classList.toggle("on", field.tagName !== "BUTTON" && field.value !== "");
  $("clear").hidden = !any();
  notify();
}

function options(select, all, entries) {
  const chosen = select.value;
  select.replaceChildren(el("option", { value: "" }, all), ...entries.map(([value, name]) => el("option", { value }, name)));
  select.value = chosen;
}

function values() {
  const { camera, kind, state, time, since, until } = form().elements;
  const chosen = time.value === "chosen";
  return {
    camera: camera.value,
    kind: kind.value,
    state: state.value,
    time: time.value,
    since: chosen ? since.value : "",
    until: chosen ? until.value : "",
  };
}

function span() {
  const { time, since, until } = values();
  if (time === "chosen") return { since: since ? new Date(since) : null, until: until ? new Date(until) : null };
  return { since: time ? new Date(Date.now() - Number(time) * 1000) : null, until: null };
}
