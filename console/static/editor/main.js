// The scene editor: what is drawn is checked by the server as it changes, and written when a person says so.

import { getJson } from "../api.js";
import { $ } from "../dom.js";
import { language, loadWords, t } from "../words.js";
import { Board } from "./board.js";
import { lampRadius, laneAround, project } from "./geometry.js";
import { lampBounds, lampsOf, Model, round } from "./model.js";
import { Side } from "./side.js";

const CHECK_MS = 200;
const state = { mark: "", token: "", file: "", timer: 0, check: 0, matrix: null, problems: 0, saving: false, failed: false, signal: -1 };

const model = new Model(changed);
const names = {
  of: (item) => model.name(item, language()),
  in: (item, one) => (typeof item.name === "string" ? item.name : (item.name?.[one] ?? "")),
  point: (item, index) => (item.metres ? `${index + 1}: ${item.metres.map((value) => `${value} m`).join(", ")}` : `${index + 1}`),
  colour: (item) => {
    const groups = [...new Set(model.sections.lanes.map((lane) => lane.group ?? lane.id))];
    return groups.indexOf(item.group ?? item.id) % 6;
  },
  lampColours: { red: () => t("signal-red"), amber: () => t("signal-amber"), green: () => t("signal-green") },
  lamp: (item) => [names.of(model.signalOf(item)), names.lampColours[item.colour]?.(), item.arrow].filter(Boolean).join(" · "),
  title: (kind, item, index) => (kind === "points" ? names.point(item, index) : kind === "lamps" ? names.lamp(item) : names.of(item)),
  group: (kind, item) => (kind === "lanes" ? `lane-${names.colour(item)}` : kind === "lamps" ? `lamp-${item.colour}` : kind),
  made,
};
const board = new Board($("board"), model, names, hint);
const side = new Side(model, names, { choose: (shape) => { board.tool = null; model.choose(shape); }, turnLane, turnLine, toPoints, addLamp });

async function begin() {
  // The token stands behind the #, which no server and no log sees; kept for a reload of this tab.
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given) {
    sessionStorage.setItem("token", given);
    history.replaceState(null, "", location.pathname + location.search);
  }
  state.token = sessionStorage.getItem("token") ?? "";
  await loadWords(new URLSearchParams(location.search).get("lang") ?? localStorage.getItem("language"));
  for (const button of $("languages").children) button.addEventListener("click", () => speak(button.dataset.lang));
  for (const button of $("adders").querySelectorAll("button")) button.addEventListener("click", () => board.use(button.dataset.add));
  for (const [id, act] of Object.entries({ undo: () => model.undo(), redo: () => model.redo(), in: () => board.zoom(1.4), out: () => board.zoom(1 / 1.4), fit: () => board.fit(), save, grid: toggleGrid })) $(id).addEventListener("click", act);
  addEventListener("keydown", keys);
  addEventListener("beforeunload", (event) => model.dirty() && event.preventDefault());
  const scene = await getJson("/api/scene", { lang: language() });
  [state.mark, state.file] = [scene.mark, scene.file];
  model.load(scene.sections, scene.reference_size);
  $("file").textContent = state.file;
  document.title = `${state.file.split("/").at(-1)} · Matpho`;
  board.fit();
  shown(scene);
  show(true);
}

function changed({ data = false, chosen = false }) {
  if (data) {
    clearTimeout(state.timer);
    state.timer = setTimeout(check, CHECK_MS);
  }
  show(chosen);
}

function show(anew = false) {
  for (const button of $("languages").children) button.setAttribute("aria-pressed", String(button.dataset.lang === language()));
  for (const button of $("adders").querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.dataset.add === board.tool));
  board.draw();
  side.draw();
  side.form(anew);
  const dirty = model.dirty();
  $("saved").textContent = state.problems ? t("has-problems", { count: state.problems }) : dirty ? t("unsaved") : t("all-saved");
  $("saved").toggleAttribute("data-dirty", dirty || state.problems > 0);
  $("save").disabled = !dirty || state.problems > 0 || state.saving;
  $("undo").disabled = model.before.length === 0;
  $("redo").disabled = model.after.length === 0;
  hint();
}

/** Ask the server what it thinks of the scene as it is drawn now. */
async function check() {
  const number = ++state.check;
  try {
    const answer = await send("/api/check", "POST", { sections: model.sections });
    if (number === state.check) shown(answer);
  } catch (error) {
    if (number !== state.check) return;
    trouble(error.message);
  }
  show();
}

function shown({ problems, ground, pairs }) {
  trouble("");
  state.problems = problems.length;
  side.problems = problems.map((one) => ({ ...one, shape: shapeOf(one.field) }));
  board.wrong = new Set(side.problems.map((one) => one.shape));
  if (problems.length === 0) {
    state.matrix = ground?.matrix ?? null;
    board.grid = ground?.grid ?? [];
    side.pairs = pairs ?? [];
    side.errorM = model.sections.ground?.points && ground ? ground.error_m : null;
    $("step").textContent = ground?.step_m ? `${ground.step_m} m` : "";
    $("grid").disabled = !ground;
  }
}

/** The shape that a field such as lanes[2].centreline is of. */
function shapeOf(field) {
  const [, signal, lamp] = /^signals\[(\d+)\](?:\.lamps\[(\d+)\])?/.exec(field) ?? [];
  const lit = lampsOf(model.sections.signals[signal])[lamp ?? 0]; // what is wrong with a signal is told at its first lamp
  if (lit) return `lamps.${model.items("lamps").indexOf(lit)}`;
  const found = /^(zones|lines|lanes)\[(\d+)\]/.exec(field) ?? /^ground\.(points)\[(\d+)\]/.exec(field);
  return found ? `${found[1]}.${found[2]}` : null;
}

async function save() {
  if ($("save").disabled) return;
  state.saving = true;
  try {
    clearTimeout(state.timer);
    const written = model.text();
    const answer = await send("/api/scene", "PUT", { sections: model.sections, mark: state.mark });
    shown(answer);
    if (!answer.problems.length) {
      state.mark = answer.mark;
      model.saved = written;
      model.known = model.ids();
    }
  } catch (error) {
    trouble(error.message);
  }
  state.saving = false;
  show(true);
}

async function send(path, method, body) {
  const answer = await fetch(`${path}?lang=${language()}`, {
    method,
    headers: { "content-type": "application/json", "x-matpho-token": state.token },
    body: JSON.stringify(body),
  });
  const data = await answer.json().catch(() => null);
  if (!answer.ok && !data?.problems) throw new Error(data?.error?.message ?? `HTTP ${answer.status}`);
  return data;
}

/** A shape of points that were clicked. */
function made(kind, clicked) {
  const points = clicked.map(round);
  if (kind === "points") return model.add(kind, { pixel: points[0], metres: (state.matrix && project(state.matrix, points[0])?.map((value) => Math.round(value * 100) / 100)) ?? [0, 0] });
  if (kind === "lamps") return madeLamp(points[0]);
  const id = model.freeId(kind);
  const number = id.split("-")[1];
  const name = { en: `${kind.slice(0, -1)} ${number}`, vi: `${{ zones: "vùng", lines: "vạch", lanes: "làn", signals: "đèn" }[kind]} ${number}` };
  if (kind === "signals") return madeSignal({ id, name }, points);
  if (kind === "zones") return model.add(kind, { id, name, polygon: points });
  if (kind === "lines") return model.add(kind, { id, name, start: points[0], end: points[1] });
  return model.add(kind, { id, name, polygon: laneAround(points, state.matrix, model.size).map(round), centreline: points });
}

/** Two lamps are red and green. It governs the lanes that end at a stop line and have no signal yet. */
function madeSignal(named, points) {
  const radius = lampRadius(points);
  const colours = points.length === 2 ? ["red", "green"] : ["red", "amber", "green"];
  const governed = new Set(model.sections.signals.flatMap((signal) => signal.lanes ?? []));
  const lanes = model.sections.lanes.filter((lane) => lane.stop_line && !governed.has(lane.id)).map((lane) => lane.id);
  const lamps = points.map((point, index) => ({ colour: colours[index], circle: [...point, radius] }));
  return model.add("signals", { ...named, ...(lanes.length ? { lanes } : {}), lamps });
}

function addLamp(signal) {
  state.signal = model.sections.signals.indexOf(signal);
  board.use("lamps");
  show(true);
}

/** The full lamp that the signal lacks, else a green arrow; as large as its first. */
function madeLamp(point) {
  const signal = model.sections.signals[state.signal];
  if (!lampsOf(signal).length) return; // undone meanwhile
  const full = signal.lamps.filter((lamp) => !lamp.arrow).map((lamp) => lamp.colour);
  const lacking = ["red", "amber", "green"].find((colour) => !full.includes(colour));
  const [left, , right] = lampBounds(signal.lamps[0]);
  const circle = [...point, Math.round((right - left) * 5) / 10];
  model.addLamp(signal, lacking ? { colour: lacking, circle } : { colour: "green", arrow: "arrow", circle });
}

function turnLane() {
  model.change(() => model.item().centreline.reverse());
  show(true);
}

function turnLine() {
  const item = model.item();
  model.change(() => ([item.start, item.end] = [item.end, item.start]));
  show(true);
}

/** The ground by point pairs that say the same as its matrix, so that they can be moved. */
function toPoints(pairs) {
  model.change(() => {
    const { homography, error_m, ...rest } = model.sections.ground;
    model.sections.ground = { ...rest, points: structuredClone(pairs) };
  });
  show(true);
}

function toggleGrid() {
  board.showGrid = !board.showGrid;
  $("grid").setAttribute("aria-pressed", String(board.showGrid));
  board.draw();
}

function keys(event) {
  const typing = event.target.closest?.("input, select, textarea");
  const command = event.ctrlKey || event.metaKey;
  if (command && event.key.toLowerCase() === "s") {
    event.preventDefault();
    document.activeElement?.blur?.(); // what is being typed counts
    clearTimeout(state.timer);
    check().then(save);
  } else if (typing || (event.target.closest?.("button") && event.key === "Enter")) return;
  else if (command && event.key.toLowerCase() === "z") {
    event.preventDefault();
    if (event.shiftKey) model.redo();
    else model.undo();
  } else if (command && event.key.toLowerCase() === "y") {
    event.preventDefault();
    model.redo();
  } else if (!command && !event.altKey && !board.keys(event)) {
    if (event.key === "+" || event.key === "=") board.zoom(1.4);
    else if (event.key === "-") board.zoom(1 / 1.4);
    else if (event.key === "0") board.fit();
  }
}

/** What can be done now, and where the pointer is, in metres. */
function hint(at = null) {
  const tools = { zones: () => t("hint-zone"), lines: () => (board.draft.length ? t("hint-line-end") : t("hint-line")), lanes: () => (board.draft.length ? t("hint-lane-on") : t("hint-lane")), points: () => t("hint-point"), signals: () => [t("hint-signal"), t("hint-signal-amber"), t("hint-signal-green")][board.draft.length] ?? "", lamps: () => t("hint-lamp") };
  const said = board.tool ? tools[board.tool]() : model.chosen ? t("hint-chosen") : t("hint");
  if ($("hint").textContent !== said) $("hint").textContent = said;
  if (at) {
    const metres = state.matrix && project(state.matrix, at);
    const pixels = `${Math.round(at[0])}, ${Math.round(at[1])} px`;
    $("where").textContent = metres ? `${metres.map((value) => value.toFixed(1)).join(", ")} m · ${pixels}` : pixels;
  }
}

function trouble(message) {
  $("trouble").textContent = message;
  $("trouble").hidden = !message;
}

async function speak(name) {
  localStorage.setItem("language", name);
  await loadWords(name);
  await check();
  show(true);
}

begin().catch((error) => trouble(String(error.message ?? error)));
