// The picture with its shapes: drawn, dragged, zoomed, and added to.

import { svg } from "../dom.js";
import { t } from "../words.js";
import { along, between, distance, middle } from "./geometry.js";
import { lampBounds, moveBy, rings, setPoint } from "./model.js";

const KINDS = ["lanes", "zones", "lines", "points", "lamps"];
const HEAD = ["red", "amber", "green"];
const FULL = { points: 1, lines: 2, signals: 3, lamps: 1 };
const LEAST = { zones: 3, lines: 2, lanes: 2, points: 1, signals: 2, lamps: 1 };
const HANDLE_PX = 7;
const LAMP_HANDLE_PX = 4; // lamps are small
const NEAR_PX = 12;

export class Board {
  constructor(host, model, names, said) {
    Object.assign(this, { host, model, names, said, tool: null, draft: [], hover: null, grid: [], showGrid: true, wrong: new Set(), drag: null });
    this.svg = svg("svg", { tabindex: 0, role: "application", preserveAspectRatio: "xMidYMid meet" });
    host.replaceChildren(this.svg);
    this.svg.addEventListener("pointerdown", (event) => this.down(event));
    this.svg.addEventListener("pointermove", (event) => this.move(event));
    this.svg.addEventListener("pointerup", (event) => this.up(event));
    this.svg.addEventListener("pointercancel", (event) => this.up(event));
    this.svg.addEventListener("dblclick", (event) => { event.preventDefault(); if (this.tool) this.finish(); });
    this.svg.addEventListener("wheel", (event) => { event.preventDefault(); this.zoom(event.deltaY < 0 ? 1.2 : 1 / 1.2, this.at(event)); }, { passive: false });
    new ResizeObserver(() => this.draw()).observe(host);
  }

  fit() {
    const [width, height] = this.model.size;
    this.view = [0, 0, width, height];
    this.draw();
  }

  zoom(factor, about = null) {
    const [x, y, width, height] = this.view;
    const [whole] = this.model.size;
    const next = Math.min(whole * 1.5, Math.max(whole / 40, width / factor));
    const share = next / width;
    const [cx, cy] = about ?? [x + width / 2, y + height / 2];
    this.view = [cx - (cx - x) * share, cy - (cy - y) * share, next, height * share];
    this.draw();
  }

  /** Reference pixels of a pointer. */
  at(event) {
    const matrix = this.svg.getScreenCTM();
    return matrix ? [(event.clientX - matrix.e) / matrix.a, (event.clientY - matrix.f) / matrix.d] : [0, 0];
  }

  /** Reference pixels by pixel of the screen. */
  scale() {
    const matrix = this.svg.getScreenCTM();
    return matrix?.a ? 1 / matrix.a : 1;
  }

  use(tool) {
    this.tool = this.tool === tool ? null : tool;
    this.draft = [];
    if (this.tool) this.model.choose(null);
    this.draw();
    this.said();
    if (this.tool) this.svg.focus();
  }

  // Drawing

  draw() {
    if (!this.view) return;
    const focused = document.activeElement?.closest?.(".handle")?.dataset.at;
    this.svg.setAttribute("viewBox", this.view.join(" "));
    this.svg.setAttribute("aria-label", t("picture"));
    this.svg.toggleAttribute("data-tool", Boolean(this.tool));
    const [width, height] = this.model.size;
    this.px = this.scale();
    const parts = [svg("image", { href: "/picture", width, height, preserveAspectRatio: "none" })];
    if (this.showGrid) parts.push(svg("g", { class: "metres" }, ...this.grid.map((line) => svg("polyline", { points: line.join(" ") }))));
    for (const kind of KINDS) this.model.items(kind).forEach((item, index) => parts.push(this.shape(kind, item, index)));
    const chosen = this.model.item();
    if (chosen && !this.tool) parts.push(...this.handles(this.model.chosen.kind, chosen));
    if (this.tool) parts.push(this.drafted());
    this.svg.replaceChildren(...parts);
    if (focused) this.svg.querySelector(`[data-at="${focused}"]`)?.focus();
  }

  shape(kind, item, index) {
    const selected = this.model.is({ kind, index });
    const wrong = this.wrong.has(`${kind}.${index}`);
    const name = this.names.title(kind, item, index);
    const node = svg("g", { class: `shape ${this.names.group(kind, item)}${selected ? " selected" : ""}${wrong ? " wrong" : ""}`, "data-kind": kind, "data-index": index });
    try {
      node.append(...this[`draw_${kind}`](item), kind === "lamps" ? this.lampLabel(item, name, selected) : this.label(name, this.labelAt(kind, item)));
    } catch {
      node.replaceChildren(); // what is no shape is told by the server, and listed
    }
    return node;
  }

  draw_zones(item) {
    return [svg("polygon", { class: "area", points: item.polygon.join(" ") })];
  }

  draw_lanes(item) {
    const arrows = [0.3, 0.6, 0.97].map((share) => this.arrow(along(item.centreline, share), 8));
    return [svg("polygon", { class: "area", points: item.polygon.join(" ") }), svg("polyline", { class: "way", points: item.centreline.join(" ") }), ...arrows];
  }

  draw_lines(item) {
    const { way: [x, y] } = along([item.start, item.end], 0);
    const from = between(item.start, item.end);
    const forward = [-y, x];
    const to = [from[0] + forward[0] * 26 * this.px, from[1] + forward[1] * 26 * this.px];
    const d = `M${item.start}L${item.end}M${from}L${to}`;
    const parts = ["grip", "halo", "way"].map((name) => svg("path", { class: name, d }));
    return [...parts, this.arrow({ at: to, way: forward }, 9)];
  }

  draw_points(item) {
    const [x, y] = item.pixel;
    const r = 9 * this.px;
    return [svg("circle", { class: "area", cx: x, cy: y, r }), svg("path", { class: "cross", d: `M${x - r * 1.6},${y}H${x + r * 1.6}M${x},${y - r * 1.6}V${y + r * 1.6}` })];
  }

  draw_lamps(item) {
    if (item.circle) return [svg("circle", { class: "area", cx: item.circle[0], cy: item.circle[1], r: item.circle[2] })];
    const [left, top, right, bottom] = lampBounds(item);
    return [svg("polygon", { class: "area", points: (item.polygon ?? [[left, top], [right, top], [right, bottom], [left, bottom]]).join(" ") })];
  }

  /** The signal's name stands once, over its highest lamp; the chosen lamp says beside it which one it is. */
  lampLabel(item, name, selected) {
    const [left, top, right, bottom] = lampBounds(item);
    if (selected) {
      const half = (name.length * 3.6 + 10) * this.px;
      const fits = right + 2 * half < this.view[0] + this.view[2];
      return this.label(name, [fits ? right + half : left - half, (top + bottom) / 2 + 4 * this.px]);
    }
    const signal = this.model.signalOf(item);
    const highest = signal.lamps.reduce((best, one) => (lampBounds(one)[1] < lampBounds(best)[1] ? one : best));
    return item === highest ? this.label(this.names.of(signal), [(left + right) / 2, top - 8 * this.px]) : svg("title", {}, name);
  }

  arrow({ at: [x, y], way: [dx, dy] }, size) {
    const s = size * this.px;
    const back = [x - dx * s, y - dy * s];
    return svg("polygon", { class: "arrow", points: [[x + dx * s, y + dy * s], [back[0] - dy * s * 0.8, back[1] + dx * s * 0.8], [back[0] + dy * s * 0.8, back[1] - dx * s * 0.8]].join(" ") });
  }

  labelAt(kind, item) {
    if (kind === "zones") return middle(item.polygon);
    if (kind === "lanes") return along(item.centreline, 0.3 + 0.17 * (this.model.items(kind).indexOf(item) % 3)).at; // side by side they would hide each other
    const [x, y] = kind === "lines" ? item.start : item.pixel;
    return [x, y - 14 * this.px];
  }

  label(name, [x, y]) {
    const half = name.length * 3.6 * this.px; // of its width, about: kept inside the view
    const [left, , width] = this.view;
    const inside = Math.min(Math.max(x, left + half), left + width - half);
    return svg("text", { x: inside, y, "font-size": 13 * this.px }, name);
  }

  handles(kind, item) {
    const found = [];
    for (const ring of rings(kind, item)) {
      if (!ring.fixed) {
        ring.points.forEach((point, index) => {
          const next = ring.points[index + 1] ?? (ring.closed ? ring.points[0] : null);
          if (next && distance(point, next) > 30 * this.px) found.push(this.grip("middle", ring, index, between(point, next), 5));
        });
      }
      ring.points.forEach((point, index) => found.push(this.grip("handle", ring, index, point, kind === "lamps" ? LAMP_HANDLE_PX : HANDLE_PX)));
    }
    return [svg("g", { class: this.names.group(kind, item) }, ...found)];
  }

  grip(name, ring, index, [x, y], size) {
    const first = name === "handle" && index === 0 && ring.key !== "polygon";
    const node = svg("g", { class: `${name}${first ? " first" : ""}`, "data-grip": name, "data-key": ring.key ?? "", "data-n": index });
    node.append(svg("circle", { cx: x, cy: y, r: size * this.px }));
    if (name === "handle") {
      node.setAttribute("tabindex", "0");
      node.setAttribute("role", "button");
      node.dataset.at = `${ring.key ?? ""}-${index}`;
      node.setAttribute("aria-label", t("corner", { count: index + 1, value: `${Math.round(x)}, ${Math.round(y)}` }));
    }
    return node;
  }

  drafted() {
    const points = this.hover && this.draft.length ? [...this.draft, this.hover] : this.draft;
    const dots = this.draft.map(([x, y], index) => svg("circle", { class: this.tool === "signals" ? `lamp-${HEAD[index]}` : null, cx: x, cy: y, r: 5 * this.px }));
    return svg("g", { class: "draft" }, svg("polyline", { points: points.join(" ") }), ...dots);
  }

  // Pointers

  down(event) {
    if (event.button !== 0) return;
    const at = this.at(event);
    if (this.tool) return void (this.drag = { place: true, from: [event.clientX, event.clientY] });
    this.svg.setPointerCapture(event.pointerId);
    const grip = event.target.closest("[data-grip]");
    const shape = event.target.closest(".shape");
    if (grip) return void this.take(grip, at);
    if (shape) {
      const named = { kind: shape.dataset.kind, index: Number(shape.dataset.index) };
      const was = this.model.is(named);
      if (!was) this.model.choose(named);
      this.drag = { shape: named, last: at, from: [event.clientX, event.clientY], moved: false };
    } else this.drag = { pan: [event.clientX, event.clientY], view: this.view, moved: false };
  }

  take(grip, at) {
    const [key, index] = [grip.dataset.key || null, Number(grip.dataset.n)];
    const { kind } = this.model.chosen;
    this.model.mark();
    if (grip.dataset.grip === "middle") {
      this.model.item()[key].splice(index + 1, 0, at);
      this.drag = { kind, key, index: index + 1, added: true };
    } else {
      grip.focus();
      this.drag = { kind, key, index };
    }
  }

  move(event) {
    const at = this.at(event);
    this.hover = at;
    this.said(at);
    if (this.tool) return this.draft.length ? this.draw() : undefined;
    const drag = this.drag;
    if (!drag) return undefined;
    if (drag.kind) setPoint(drag.kind, this.model.item(), drag.key, drag.index, at);
    else if (drag.shape) {
      if (!drag.moved && distance(drag.from, [event.clientX, event.clientY]) < 4) return undefined;
      if (!drag.moved) this.model.mark();
      drag.moved = true;
      moveBy(drag.shape.kind, this.model.item(drag.shape), [at[0] - drag.last[0], at[1] - drag.last[1]]);
      drag.last = at;
    } else if (drag.pan) {
      const [dx, dy] = [event.clientX - drag.pan[0], event.clientY - drag.pan[1]];
      drag.moved ||= Math.hypot(dx, dy) > 4;
      this.view = [drag.view[0] - dx * this.px, drag.view[1] - dy * this.px, drag.view[2], drag.view[3]];
      return this.draw();
    }
    return this.model.changed({ data: true });
  }

  up(event) {
    const drag = this.drag;
    this.drag = null;
    if (!drag) return;
    if (drag.place) {
      if (distance(drag.from, [event.clientX, event.clientY]) < 6) this.place(this.at(event));
    } else if (drag.pan && !drag.moved) this.model.choose(null);
    else if (!drag.pan) this.model.changed({ data: true, chosen: true });
  }

  // Adding

  place(at) {
    const closes = this.draft.length > 2 && this.tool === "zones" && distance(this.draft[0], at) < NEAR_PX * this.px;
    const again = this.draft.length && distance(this.draft.at(-1), at) < 3 * this.px; // a double click's second
    if (!closes && !again) this.draft.push(at);
    if (closes || this.draft.length === FULL[this.tool]) this.finish();
    else this.draw();
    this.said();
  }

  /** Make a shape of what was clicked; with nothing clicked, one in the middle, to be moved by its corners. */
  finish() {
    const [x, y, width, height] = this.view;
    const at = (u, v) => [x + width * u, y + height * v];
    const usual = { zones: [at(0.4, 0.4), at(0.6, 0.4), at(0.6, 0.6), at(0.4, 0.6)], lines: [at(0.4, 0.5), at(0.6, 0.5)], lanes: [at(0.5, 0.7), at(0.5, 0.3)], points: [at(0.5, 0.5)], signals: [at(0.5, 0.45), at(0.5, 0.5), at(0.5, 0.55)], lamps: [at(0.5, 0.5)] };
    const points = this.draft.length ? this.draft : usual[this.tool];
    if (points.length < LEAST[this.tool]) return;
    const tool = this.tool;
    this.tool = null;
    this.draft = [];
    this.names.made(tool, points);
    this.said();
  }

  keys(event) {
    const handle = event.target.closest?.(".handle");
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (event.key === "Escape") {
      if (this.tool) this.use(this.tool);
      else this.model.choose(null);
    } else if (event.key === "Enter" && this.tool) this.finish();
    else if (event.key === "Backspace" && this.tool) {
      this.draft.pop();
      this.draw();
    } else if (handle && step) this.nudge(handle, step, event.shiftKey ? 10 : 1);
    else if (handle && (event.key === "Delete" || event.key === "Backspace")) this.dropCorner(handle);
    else if (event.key === "Delete" && this.model.chosen) this.model.remove(this.model.chosen);
    else return false;
    event.preventDefault();
    return true;
  }

  nudge(handle, [dx, dy], size) {
    const { kind } = this.model.chosen;
    const [key, index] = [handle.dataset.key || null, Number(handle.dataset.n)];
    const ring = rings(kind, this.model.item()).find((one) => one.key === key);
    const [x, y] = ring.points[index];
    this.model.change(() => setPoint(kind, this.model.item(), key, index, [x + dx * size, y + dy * size]));
  }

  dropCorner(handle) {
    const { kind } = this.model.chosen;
    const ring = rings(kind, this.model.item()).find((one) => one.key === (handle.dataset.key || null));
    if (ring.fixed || ring.points.length <= ring.least) return;
    this.model.change(() => this.model.item()[ring.key].splice(Number(handle.dataset.n), 1));
  }
}

