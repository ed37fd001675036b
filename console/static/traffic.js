// The traffic view: what was measured on each camera's lanes, lines and zones, plotted live.

import { $, el, icon } from "./dom.js";
import * as livePicture from "./live.js";
import { ceiling, plot } from "./plots.js";
import { iconOf } from "./rows.js";
import * as series from "./series.js";
import { minuteText, momentText, number, sameDay, t, timeText } from "./words.js";

const QUANTITIES = [
  { field: "flow_vph", second: "flow_pcuph", decimals: 0, title: () => t("traffic-flow"), unit: () => t("traffic-unit-flow") },
  { field: "count", unless: "flow_vph", decimals: 0, title: () => t("traffic-count"), unit: () => t("traffic-unit-count") },
  { field: "speed_kmh", second: "free_flow_kmh", decimals: 0, title: () => t("traffic-speed"), unit: () => t("traffic-unit-speed") },
  { field: "density_vpkm", decimals: 0, title: () => t("traffic-density"), unit: () => t("traffic-unit-density") },
  { field: "occupancy", unless: "density_vpkm", decimals: 1, title: () => t("traffic-inside"), unit: () => t("traffic-unit-inside") },
  { field: "queue_m", bars: true, decimals: 0, title: () => t("traffic-queue"), unit: () => t("traffic-unit-queue") },
];
const ORDER = ["group", "lane", "line", "zone", "", "movement"];
const MOST_ROWS = 30;
const TOGETHER_MS = 800;
const MOST_SMALL = 4;

let shown = false;
let loading = null;
let again = false;
let waiting = 0;
let failed = () => {};

/** `trouble` is told what could not be loaded, and an empty text when it could. */
export function start(trouble) {
  failed = trouble;
}

/** Show the view or leave it. */
export function show(now) {
  shown = now;
  livePicture.show(now);
  if (now) refresh();
}

/** There is something new: what comes within a second is asked for together. */
export function measured() {
  if (shown && !waiting) waiting = setTimeout(() => ((waiting = 0), shown && refresh()), TOGETHER_MS);
}

/** Another language, or another store. */
export function reload() {
  series.forget();
  for (const column of columns()) column.replaceChildren();
  if (shown) refresh();
}

async function refresh() {
  again = true;
  if (loading) return loading;
  loading = (async () => {
    while (again) {
      again = false;
      try {
        await series.load();
        failed("");
      } catch (error) {
        failed(t("failed", { value: error.message }));
      }
      draw();
    }
  })();
  await loading.finally(() => (loading = null));
}

function draw() {
  const cameras = series.all();
  $("traffic-empty").hidden = cameras.length > 0;
  for (const camera of cameras) {
    let section = $("traffic").querySelector(`[data-camera="${CSS.escape(camera.id)}"]`);
    if (!section) {
      section = frame(camera);
      column(camera).append(section);
      if (camera.live) livePicture.watch(section.querySelector(".now"), camera.id);
      else section.querySelector(".now").replaceChildren(el("p", {}, t("traffic-now-apart")));
    }
    if (section.parentNode !== column(camera)) column(camera).append(section);
    fill(section, camera);
  }
}

const columns = () => [$("traffic-large"), $("traffic-small")];
const plotted = (camera) => ordered(camera).filter((place) => place.what !== "movement" && !place.grouped);

/** A camera of a few places stands beside the large ones, where there is room. */
function column(camera) {
  return plotted(camera).length > MOST_SMALL ? $("traffic-large") : $("traffic-small");
}

/** What of a camera's section stays while numbers change. */
function frame(camera) {
  const choice = el("select", { "aria-label": t("traffic-place"), onchange: () => numbers(camera, details) });
  const details = el(
    "details",
    { class: "numbers", ontoggle: () => numbers(camera, details) },
    el("summary", {}, t("traffic-numbers")),
    el("label", {}, t("traffic-place"), choice),
    el("div", { class: "wide", tabindex: "0", role: "region", "aria-label": t("traffic-numbers") }),
  );
  return el(
    "section",
    { class: "measured", "data-camera": camera.id, "aria-label": camera.id },
    el("header", {}, el("h3", {}, camera.id), el("p", { class: "states" }), el("p", { class: "newest" })),
    el("figure", { class: camera.live ? "now" : "now off" }),
    el("div", { class: "side" }, el("ol", { class: "latest", "aria-label": t("traffic-latest") }), el("div", { class: "moves" })),
    el("div", { class: "plots" }),
    details,
  );
}

function fill(section, camera) {
  const places = ordered(camera);
  if (!places.length) return;
  const newest = Math.max(...places.flatMap((place) => place.points.slice(-1).map((point) => point.end)));
  const oldest = Math.min(...places.flatMap((place) => place.points.slice(0, 1).map((point) => point.start)));
  const every = Math.round(median(places.flatMap((place) => place.points.slice(-5).map((point) => point.end - point.start))) / 1000);
  section.querySelector(".states").replaceChildren(...(camera.simulated ? [el("span", { class: "badge simulated" }, t("traffic-simulated"))] : []));
  retell(section.querySelector(".latest"), camera.latest);
  section.querySelector(".newest").textContent = t("traffic-newest", { time: momentText(new Date(newest)), count: number(every) });
  section.querySelector(".plots").replaceChildren(table(camera, plotted(camera), [oldest, newest]));
  section.querySelector(".moves").replaceChildren(...movements(places.filter((place) => place.what === "movement")));
  const choice = section.querySelector("select");
  const chosen = choice.value;
  choice.replaceChildren(...places.map((place) => el("option", { value: place.key }, named(place))));
  if (chosen && camera.places.has(chosen)) choice.value = chosen;
  numbers(camera, section.querySelector(".numbers"));
}

/** A quantity of a place, point by point; nothing where another one, which the place has too, says the same better. */
function valuesOf(place, { field, unless }) {
  const told = unless && place.points.some((point) => point[unless] !== null);
  return place.points.map((point) => (told ? null : point[field]));
}

/** Groups and lanes first; of two directions, one in which nothing was ever counted is left out. */
function ordered(camera) {
  const busy = (place) => place.points.some((point) => point.count > 0);
  const all = [...camera.places.values()].filter((place) => place.points.length);
  const other = (place) => all.some((one) => one.place === place.place && one.direction !== place.direction && busy(one));
  const kept = all.filter((place) => busy(place) || !other(place));
  for (const place of kept) place.alone = ["lane", "group"].includes(place.what) && !kept.some((one) => one !== place && one.place === place.place);
  return kept.sort((a, b) => ORDER.indexOf(a.what) - ORDER.indexOf(b.what) || a.order - b.order || a.key.localeCompare(b.key));
}

/** An event of the camera, in a line that leads to it. */
/** Draw the list anew; who has come to an event by keyboard stays at it. */
function retell(list, events) {
  const at = list.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  list.replaceChildren(...events.map(told));
  if (at) list.querySelector(`a[href="${CSS.escape(at)}"]`)?.focus({ preventScroll: true });
}

function told(event) {
  const open = event.open && el("span", { class: "badge open" }, t("traffic-open"));
  return el(
    "li",
    {},
    el(
      "a",
      { class: `sev-${event.severity}`, href: `#event=${encodeURIComponent(event.event_id)}`, title: `${event.kind_name}: ${event.sentence}` },
      icon(iconOf(event)),
      el("span", { class: "unseen" }, event.kind_name),
      el("span", { class: "what" }, event.sentence),
      open,
      el("time", {}, timeText(new Date(event.start))),
    ),
  );
}

function table(camera, places, times) {
  const all = (quantity) => places.flatMap((place) => valuesOf(place, quantity));
  const used = QUANTITIES.filter((quantity) => all(quantity).some((value) => value !== null));
  const second = ({ second: field }) => (field ? places.flatMap((place) => place.points.map((point) => point[field])) : []);
  const tops = new Map(used.map((one) => [one.field, ceiling([...all(one), ...second(one)])]));
  const span = sameDay(new Date(times[0]), new Date(times[1])) ? minuteText : momentText;
  const head = el(
    "tr",
    {},
    el("th", { scope: "col" }, t("traffic-place")),
    ...used.map(({ field, title, unit }) => el("th", { scope: "col" }, title(), " ", el("small", {}, `0–${number(tops.get(field), tops.get(field) % 1 ? 1 : 0)} ${unit()}`))),
  );
  const axis = el("tr", {}, el("td", {}), ...used.map(() => el("td", {}, el("div", { class: "axis" }, el("span", {}, span(new Date(times[0]))), el("span", {}, span(new Date(times[1])))))));
  const rows = places.map((place) => el("tr", {}, heading(place), ...used.map((quantity) => cell(camera, place, quantity, times, tops.get(quantity.field)))));
  return el("table", {}, el("caption", { class: "unseen" }, t("traffic-plots-of", { camera: camera.id })), el("thead", {}, head), el("tbody", {}, ...rows), el("tfoot", { "aria-hidden": "true" }, axis));
}

function heading(place) {
  const letter = place.points.at(-1).level_of_service;
  return el(
    "th",
    { scope: "row" },
    el("div", { class: "place" }, el("span", {}, place.name, !place.alone && place.direction_name && el("small", {}, place.direction_name)), letter && el("span", { class: `los los-${letter}`, title: losText(place, letter) }, el("span", { "aria-hidden": "true" }, letter), el("span", { class: "unseen" }, losText(place, letter)))),
  );
}

function losText(place, letter) {
  const byDensity = place.los_scheme === "density";
  return t(byDensity ? "traffic-los-density" : "traffic-los-speed", { value: letter });
}

function cell(camera, place, quantity, times, top) {
  const { field, second, decimals, bars } = quantity;
  const values = valuesOf(place, quantity);
  const points = place.points.map((point, index) => [point.start, point.end, values[index]]);
  const label = quantity.title();
  const known = points.filter((point) => point[2] !== null).map((point) => point[2]);
  if (!known.length) return el("td", { "data-label": label, class: "none" }, el("span", { class: "unseen" }, t("traffic-none")));
  const now = points.at(-1)[2];
  const unit = quantity.unit();
  const said = (one) => (one === null ? t("traffic-none") : `${number(one, decimals)} ${unit}`);
  const pcu = second === "flow_pcuph" ? place.points.at(-1).flow_pcuph : null;
  const text = t("traffic-plot", { kind: `${named(place)}: ${label}`, value: said(now), count: said(Math.min(...known)), total: said(Math.max(...known)) });
  const extra = second && place.points.map((point) => [point.start, point.end, point[second]]);
  return el(
    "td",
    { "data-label": label, class: field },
    el(
      "div",
      { class: "cell" },
      el("div", {}, el("b", {}, now === null ? "–" : number(now, decimals), el("small", {}, unit)), pcu !== null && el("small", { class: "pcu" }, `${number(pcu)} ${t("traffic-unit-pcu")}`)),
      plot({ points, times, top, label: text, bars, second: extra, spans: field === "speed_kmh" ? spans(camera, place) : [] }),
    ),
  );
}

/** When a congestion, queue or spillback held at a place. */
function spans(camera, place) {
  return camera.states
    .filter((state) => state.place === place.place || (place.group && state.place === place.group))
    .map((state) => [state.start, state.open ? camera.newest + 3_600_000 : state.end, `sev-${state.severity}`]);
}

/** Turning movements as a matrix entry × exit: counts, or estimates, of all that is plotted; without those seen at one end only. */
function movements(all) {
  const places = all.filter((place) => place.place && place.direction);
  if (!places.length) return [];
  const names = (key, name) => [...new Map(places.map((place) => [place[key], place[name]])).entries()];
  const entries = names("place", "name");
  const rank = (name) => (entries.findIndex((entry) => entry[1] === name) + 1 || entries.length + 1);
  const exits = names("direction", "direction_name").sort((a, b) => rank(a[1]) - rank(b[1]));
  const found = new Map(places.map((place) => [place.key, place.points.reduce((sum, point) => sum + point.count, 0)]));
  const most = Math.max(1, ...found.values());
  const one = (entry, exit) => {
    const count = found.get(`${entry} ${exit}`);
    return count === undefined ? el("td", { class: "none" }) : el("td", { class: `heat-${Math.ceil((count / most) * 5)}` }, number(count, 0));
  };
  return [
    el(
      "table",
      {},
      el("caption", {}, t("traffic-movements")),
      el("thead", {}, el("tr", {}, el("td", {}), ...exits.map(([, name]) => el("th", { scope: "col" }, "→ ", name)))),
      el("tbody", {}, ...entries.map(([entry, name]) => el("tr", {}, el("th", { scope: "row" }, name, " →"), ...exits.map(([exit]) => one(entry, exit))))),
    ),
  ];
}

/** The same numbers as text, newest first, of the place that is chosen. */
function numbers(camera, details) {
  if (!details.open) return;
  const place = camera.places.get(details.querySelector("select").value);
  if (!place) return;
  const used = QUANTITIES.filter(({ field }) => place.points.some((point) => point[field] !== null));
  const cells = (point) => used.map(({ field, decimals }) => el("td", {}, point[field] === null ? "–" : number(point[field], decimals)));
  const letters = place.points.some((point) => point.level_of_service);
  const rows = place.points.slice(-MOST_ROWS).reverse();
  details.querySelector(".wide").replaceChildren(
    el(
      "table",
      {},
      el("caption", { class: "unseen" }, named(place)),
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, t("time")), ...used.map(({ title, unit }) => el("th", { scope: "col" }, `${title()} (${unit()})`)), letters && el("th", { scope: "col" }, t("traffic-los")))),
      el("tbody", {}, ...rows.map((point) => el("tr", {}, el("th", { scope: "row" }, timeText(new Date(point.start))), ...cells(point), letters && el("td", {}, point.level_of_service || "–")))),
    ),
  );
}

const named = (place) => [place.name, place.alone ? "" : place.direction_name].filter(Boolean).join(place.what === "movement" ? " → " : " · ");

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
