// The page: loads what is there, then follows what comes.

import { Live, getJson, token } from "./api.js";
import { $, el } from "./dom.js";
import * as detail from "./detail.js";
import * as filters from "./filters.js";
import * as mutes from "./mutes.js";
import * as rows from "./rows.js";
import * as strip from "./strip.js";
import * as traffic from "./traffic.js";
import { at, language, loadWords, longDayText, t, timeText } from "./words.js";

const PAGE = 100;
const SUMMARY_MS = 30_000; // a run that begins anew, perhaps with other rules off, sends no event
const PICTURE_LOOKS_MS = [400, 800, 1500, 3000, 6000, 12000];
const wide = matchMedia("(min-width: 1021px)");

const state = { total: 0, anyAtAll: true, above: 0, load: 0, summaryTimer: 0, cameras: [], live: "connecting", looking: new Set() };

const live = new Live({
  event: arrived,
  incident: linked,
  measured: traffic.measured,
  reset: () => reload(),
  trouble: ({ message }) => trouble(t("trouble", { value: message })),
  recovered: () => trouble(""),
  state: (now) => {
    state.live = now;
    showLive();
  },
});

async function begin() {
  token.take();
  await loadWords(new URLSearchParams(location.search).get("lang") ?? localStorage.getItem("language"));
  for (const button of $("languages").children) button.addEventListener("click", () => speak(button.dataset.lang));
  filters.start(() => reload());
  traffic.start(trouble);
  mutes.start(trouble);
  $("older").addEventListener("click", older);
  $("above").addEventListener("click", () => $("scroll").scrollTo({ top: 0, behavior: "smooth" }));
  $("scroll").addEventListener("scroll", () => atTop() && showAbove(0), { passive: true });
  $("skip").addEventListener("click", (event) => {
    event.preventDefault();
    $($("traffic").hidden ? "alerts" : "traffic").focus();
  });
  addEventListener("hashchange", () => (view(), choose()));
  addEventListener("acted", acted);
  addEventListener("keydown", keys);
  addEventListener("resize", strip.draw);
  // A page kept for the back button must not keep its stream: a browser opens six connections to a server, no more.
  addEventListener("pagehide", () => live.stop());
  addEventListener("pageshow", (event) => event.persisted && reload());
  wide.addEventListener("change", choose);
  view();
  setInterval(tick, 1000);
  setInterval(() => document.hidden || summarise(), SUMMARY_MS);
  tick();
  await reload();
}

/** Everything anew: at the start, in another language, with other filters, or after the store was replaced. */
async function reload() {
  const load = ++state.load;
  for (const button of $("languages").children) button.setAttribute("aria-pressed", String(button.dataset.lang === language()));
  showLive();
  try {
    const [answer, cameras] = await Promise.all([
      getJson("/api/rows", { ...filters.query(), limit: PAGE, lang: language() }),
      getJson("/api/cameras", { lang: language() }),
    ]);
    if (load !== state.load) return;
    trouble("");
    state.cameras = cameras.cameras.map((camera) => camera.camera_id);
    filters.choices(state.cameras);
    rows.clear();
    state.total = answer.total;
    answer.rows.forEach(putLoaded);
    live.start(answer.row, language());
    traffic.reload();
    mutes.reload();
  } catch (error) {
    if (load !== state.load) return;
    trouble(t("failed", { value: error.message }));
    setTimeout(() => load === state.load && reload(), 3000);
    return;
  }
  showAbove(0);
  showCounts();
  await summarise();
  await choose();
}

/** A revision from the stream. */
function arrived(event) {
  traffic.measured();
  if (!state.cameras.includes(event.camera_id)) filters.choices((state.cameras = [...state.cameras, event.camera_id].sort()));
  clearTimeout(state.summaryTimer);
  state.summaryTimer = setTimeout(summarise, 300);
  const incident = rows.incidentOf(event);
  if (incident) {
    if (chosenId() === event.event_id || detail.showing()?.id === incident) choose();
    return;
  }
  show(event);
}

/** An incident from the stream: its row takes the place of those of its events. */
function linked(incident) {
  const id = incident.event_id;
  const { members, merged_into: into } = incident.incident;
  if (into) {
    if (rows.drop(id)) state.total -= 1;
    if (chosenId() === id) location.hash = `event=${encodeURIComponent(into)}`;
    return showCounts();
  }
  const chosen = members.some((member) => member.event_id === detail.showing()?.id) && !chosenId();
  for (const member of members) if (rows.drop(member.event_id)) state.total -= 1;
  rows.belong(incident);
  show(incident);
  if (chosen) choose();
}

/** Show what has changed in the list, if it belongs there. */
function show(event) {
  if (filters.fits(event)) {
    const isNew = rows.put(event, { fresh: true });
    if (isNew) {
      state.total += 1;
      if (!atTop()) showAbove(state.above + 1);
      $("announce").textContent = t("new-alert", { kind: event.kind_name, camera: event.camera_id, value: event.sentence });
    }
    lookForPicture(event);
  } else if (rows.get(event.event_id)) {
    rows.remove(event.event_id);
    state.total -= 1;
  }
  showCounts();
  if (!chosenId()) choose();
  else {
    rows.mark(chosenId());
    if (chosenId() === event.event_id) choose();
  }
}

/** A picture is written beside the event and may come after it: look again a few times, unless it is long past. */
async function lookForPicture(event, look = 0) {
  const id = event.event_id;
  if (look === 0 && (!rows.pictureComes(event) || state.looking.has(id))) return;
  state.looking.add(id);
  await new Promise((done) => setTimeout(done, PICTURE_LOOKS_MS[look]));
  let found = null;
  try {
    found = (await getJson(`/api/rows/${encodeURIComponent(id)}`, { lang: language() })).event;
  } catch {
    found = null; // the next look, or the banner of the stream, tells
  }
  const known = rows.get(id);
  if (!known) return void state.looking.delete(id);
  const done = found && rows.pictureOf(found);
  if (!done && look + 1 < PICTURE_LOOKS_MS.length) return lookForPicture(event, look + 1);
  state.looking.delete(id);
  rows.put(done ? found : { ...known, given_up: true });
  rows.mark(chosenId() ?? rows.newest()?.event_id);
  if (detail.showing()?.id === id) choose();
}

/** Somebody judged or muted what is shown: its row and details say so. */
async function acted() {
  const id = detail.showing()?.id;
  if (!id) return;
  const { event } = await getJson(`/api/rows/${encodeURIComponent(id)}`, { lang: language() });
  if (rows.get(id)) rows.put(event);
  choose();
}

async function older() {
  const load = state.load;
  const answer = await getJson("/api/rows", { ...filters.query(), limit: PAGE, offset: rows.count(), lang: language() });
  if (load !== state.load) return;
  answer.rows.forEach(putLoaded);
  showCounts();
}

/** Show an event that was there before; the picture of an old one does not come any more. */
function putLoaded(event) {
  const old = Date.now() - at(event.at) > 60_000;
  rows.put(old ? { ...event, given_up: true } : event);
  if (!old) lookForPicture(event);
}

async function summarise() {
  const load = state.load;
  try {
    const summary = await getJson("/api/summary", { ...filters.spanQuery(), lang: language() });
    if (load !== state.load) return;
    strip.show(summary, filters.query().kind, filters.setKind);
    $("off").replaceChildren(...summary.off.map((line) => el("li", {}, line)));
    $("off").hidden = summary.off.length === 0;
  } catch (error) {
    trouble(t("failed", { value: error.message }));
  }
}

/** Show the event that the address names; on a wide screen, where it names none, the newest. */
async function choose() {
  const id = chosenId();
  document.body.classList.toggle("chosen", Boolean(id));
  const shown = id ?? (wide.matches ? rows.newest()?.event_id : null);
  rows.mark(shown);
  if (!shown) return detail.empty();
  const before = detail.showing();
  await detail.open(shown, { following: !id, close });
  if (id && before?.id !== id && !wide.matches) $("detail").focus();
}

/** Show the alerts or the traffic, as the address says. */
function view() {
  const name = new URLSearchParams(location.hash.slice(1)).get("view") === "traffic" ? "traffic" : "alerts";
  $("traffic").hidden = name !== "traffic";
  $("strip").hidden = $("alerts-view").hidden = name === "traffic";
  for (const link of $("views").children) {
    if (link.dataset.view === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  traffic.show(name === "traffic");
  if (name === "alerts") strip.draw();
}

function close() {
  const id = chosenId();
  history.pushState(null, "", location.pathname + location.search);
  choose();
  $("rows").querySelector(`[data-id="${CSS.escape(id ?? "")}"] .row`)?.focus({ preventScroll: true });
}

const chosenId = () => new URLSearchParams(location.hash.slice(1)).get("event");
const atTop = () => $("scroll").scrollTop < 60;

async function speak(name) {
  localStorage.setItem("language", name);
  await loadWords(name);
  await reload();
}

function keys(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
  if (event.key === "j" || event.key === "k") {
    event.preventDefault();
    rows.move(event.key === "j" ? 1 : -1);
  } else if (event.key === "Escape" && chosenId()) close();
}

function tick() {
  const now = new Date();
  $("clock").textContent = timeText(now);
  $("date").textContent = longDayText(now);
  rows.tick();
}

function showLive() {
  $("live").dataset.state = state.live;
  $("live").querySelector("span").textContent = t(state.live);
}

function showAbove(number) {
  state.above = number;
  $("above").hidden = number === 0;
  $("above").textContent = `↑ ${t("new-above", { count: number })}`;
}

function showCounts() {
  $("shown").textContent = t("shown", { count: rows.count(), total: state.total });
  $("older").hidden = rows.count() >= state.total || rows.count() === 0;
  const filtered = filters.any();
  $("empty").hidden = rows.count() > 0;
  $("empty").querySelector("h3").textContent = t(filtered ? "none-title" : "empty-title");
  $("empty").querySelector("p").textContent = t(filtered ? "none-text" : "empty-text");
  $("empty").querySelector("code").textContent = t("empty-command");
  $("empty").querySelector("code").hidden = filtered;
}

function trouble(message) {
  $("trouble").textContent = message;
  $("trouble").hidden = !message;
}

begin().catch((error) => trouble(String(error.message ?? error)));
