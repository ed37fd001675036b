// What is being edited: the file's sections as plain data, what is chosen, and the way back.

import { bounds, distance } from "./geometry.js";

export const LISTS = ["zones", "lines", "lanes", "signals"];
const MOST_STEPS = 200;

export const round = ([x, y]) => [Math.round(x * 10) / 10, Math.round(y * 10) / 10];

/** A shape is named by its kind and number: {kind: "zones", index: 2}; a ground point is of kind "points", and the lamps of
 * all signals are numbered through as "lamps". */
export class Model {
  constructor(changed) {
    this.changed = changed;
    this.sections = { zones: [], lines: [], lanes: [], signals: [], ground: null };
    this.size = [1, 1];
    this.chosen = null;
    this.before = [];
    this.after = [];
    this.saved = "";
  }

  load(sections, size) {
    const lists = Object.fromEntries(LISTS.map((kind) => [kind, sections[kind] ?? []]));
    this.sections = { ...structuredClone(lists), ground: structuredClone(sections.ground ?? null) };
    this.size = size;
    this.saved = this.text();
    this.known = this.ids();
    this.before = [];
    this.after = [];
    this.chosen = null;
  }

  text = () => JSON.stringify(this.sections);
  dirty = () => this.text() !== this.saved;

  ids = () => new Set(LISTS.flatMap((kind) => this.sections[kind].map((item) => item.id)));

  items(kind) {
    if (kind === "lamps") return this.sections.signals.flatMap(lampsOf);
    return kind === "points" ? (this.sections.ground?.points ?? []) : this.sections[kind];
  }

  item(shape = this.chosen) {
    return shape ? this.items(shape.kind)[shape.index] : null;
  }

  signalOf(lamp) {
    return this.sections.signals.find((signal) => lampsOf(signal).includes(lamp));
  }

  is(shape) {
    return this.chosen?.kind === shape.kind && this.chosen?.index === shape.index;
  }

  choose(shape) {
    this.chosen = shape;
    this.changed({ chosen: true });
  }

  /** One step that can be undone; `mark` begins it, so that a whole drag is one. */
  mark() {
    const now = this.text();
    if (this.before.at(-1) !== now) this.before.push(now);
    if (this.before.length > MOST_STEPS) this.before.shift();
    this.after = [];
  }

  change(apply) {
    this.mark();
    apply();
    this.changed({ data: true });
  }

  undo() { this.step(this.before, this.after); }
  redo() { this.step(this.after, this.before); }

  step(from, to) {
    const now = this.text();
    while (from.length && from.at(-1) === now) from.pop();
    if (!from.length) return;
    to.push(now);
    this.sections = JSON.parse(from.pop());
    if (!this.item()) this.chosen = null;
    this.changed({ data: true, chosen: true });
  }

  add(kind, item) {
    this.mark();
    if (kind === "points") {
      this.sections.ground = { ...(this.sections.ground ?? {}) };
      this.sections.ground.points = [...(this.sections.ground.points ?? []), item];
    } else this.sections[kind].push(item);
    if (kind === "signals") this.chooseLamp(item.lamps[0]);
    else this.chosen = { kind, index: this.items(kind).length - 1 };
    this.changed({ data: true, chosen: true });
  }

  addLamp(signal, lamp) {
    this.mark();
    signal.lamps.push(lamp);
    this.chooseLamp(lamp);
    this.changed({ data: true, chosen: true });
  }

  chooseLamp(lamp) {
    this.chosen = { kind: "lamps", index: this.items("lamps").indexOf(lamp) };
  }

  remove(shape) {
    this.mark();
    if (shape.kind === "lamps") this.takeLamp(this.item(shape));
    else this.items(shape.kind).splice(shape.index, 1);
    const ground = this.sections.ground;
    if (shape.kind === "points" && ground.points.length === 0) {
      delete ground.points;
      if (Object.keys(ground).length === 0) this.sections.ground = null;
    }
    this.chosen = null;
    this.changed({ data: true, chosen: true });
  }

  /** A signal goes with its last lamp. */
  takeLamp(lamp) {
    const signal = this.signalOf(lamp);
    signal.lamps.splice(signal.lamps.indexOf(lamp), 1);
    if (!signal.lamps.length) this.takeSignal(signal);
  }

  takeSignal(signal) {
    this.sections.signals.splice(this.sections.signals.indexOf(signal), 1);
  }

  removeSignal(signal) {
    this.mark();
    this.takeSignal(signal);
    this.chosen = null;
    this.changed({ data: true, chosen: true });
  }

  freeId(kind) {
    const stem = { zones: "zone", lines: "line", lanes: "lane", signals: "signal" }[kind];
    const taken = this.ids();
    let number = 1;
    while (taken.has(`${stem}-${number}`)) number += 1;
    return `${stem}-${number}`;
  }

  name(item, language) {
    if (typeof item.name === "string") return item.name;
    return item.name?.[language] || item.name?.en || item.id || "";
  }
}

/** The lists of points of a shape; each can be dragged: [{key, points, closed, least}]. */
export function rings(kind, item) {
  if (kind === "zones") return [{ key: "polygon", points: item.polygon ?? [], closed: true, least: 3 }];
  if (kind === "lanes") {
    return [
      { key: "polygon", points: item.polygon ?? [], closed: true, least: 3 },
      { key: "centreline", points: item.centreline ?? [], closed: false, least: 2 },
    ];
  }
  if (kind === "lamps" && item.polygon) return [{ key: "polygon", points: item.polygon, closed: true, least: 3 }];
  if (kind === "lamps") return [{ key: item.circle ? "circle" : "box", points: lampPoints(item), closed: false, least: 2, fixed: true }];
  if (kind === "lines") return [{ key: null, points: [item.start, item.end], closed: false, least: 2, fixed: true }];
  return [{ key: null, points: [item.pixel], closed: false, least: 1, fixed: true }];
}

/** Of a signal that a controller tells, none. */
export const lampsOf = (signal) => (Array.isArray(signal?.lamps) ? signal.lamps : []);

/** By which a lamp is moved and sized: the middle and the rim of a circle, two corners of a box. */
function lampPoints({ circle, box }) {
  if (circle) return [[circle[0], circle[1]], [circle[0] + circle[2], circle[1]]];
  return box ? [[box[0], box[1]], [box[2], box[3]]] : [];
}

/** [left, top, right, bottom] of a lamp. */
export function lampBounds({ circle, box, polygon }) {
  if (circle) return [circle[0] - circle[2], circle[1] - circle[2], circle[0] + circle[2], circle[1] + circle[2]];
  return box ?? bounds(polygon ?? []);
}

/** Put a point in its place. */
export function setPoint(kind, item, key, index, point) {
  const at = round(point);
  if (kind === "lines") item[index === 0 ? "start" : "end"] = at;
  else if (kind === "points") item.pixel = at;
  else if (key === "circle" && index === 0) item.circle = [...at, item.circle[2]];
  else if (key === "circle") item.circle[2] = Math.max(0.5, Math.round(distance(item.circle, point) * 10) / 10);
  else if (key === "box") item.box.splice(index * 2, 2, ...at);
  else item[key][index] = at;
}

/** Move a whole shape. */
export function moveBy(kind, item, [dx, dy]) {
  for (const { key, points } of rings(kind, item)) {
    if (key === "circle") points.pop(); // the rim goes with the middle
    points.forEach(([x, y], index) => setPoint(kind, item, key, index, [x + dx, y + dy]));
  }
}
