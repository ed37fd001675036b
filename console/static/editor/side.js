// Beside the picture: all shapes, and what the chosen one is called and means.

import { $, el } from "../dom.js";
import { t } from "../words.js";

const KINDS = ["lanes", "zones", "lines", "lamps", "points"];
const TITLES = { lanes: () => t("lanes"), zones: () => t("zones"), lines: () => t("lines"), lamps: () => t("signals"), points: () => t("points") };
const NONE = { lanes: () => t("lanes-none"), zones: () => t("zones-none"), lines: () => t("lines-none"), lamps: () => t("signals-none"), points: () => t("points-none") };

export class Side {
  constructor(model, names, actions) {
    Object.assign(this, { model, names, actions, problems: [], pairs: [], errorM: null });
    $("form").addEventListener("submit", (event) => event.preventDefault());
  }

  draw() {
    $("problems").replaceChildren(...this.problems.filter((one) => !one.shape).map((one) => el("p", { class: "problem" }, one.field ? el("code", {}, one.field) : null, " ", one.message)));
    $("list").replaceChildren(...KINDS.flatMap((kind) => this.section(kind)));
  }

  section(kind) {
    const items = this.model.items(kind);
    const rows = items.map((item, index) => this.row(kind, item, index));
    const fixed = kind === "points" && this.model.sections.ground && !this.model.sections.ground.points;
    const said = fixed ? t("ground-fixed") : NONE[kind]();
    const error = kind === "points" && this.errorM !== null ? el("small", {}, t("ground-error", { value: this.errorM.toFixed(2) })) : null;
    const more = fixed && this.pairs.length ? el("p", { class: "none actions" }, el("button", { type: "button", id: "to-points", onclick: () => this.actions.toPoints(this.pairs) }, t("ground-to-points"))) : null;
    return [el("h2", {}, TITLES[kind](), error), rows.length ? el("ul", {}, ...rows) : el("p", { class: "none" }, said), more].filter(Boolean);
  }

  row(kind, item, index) {
    const wrong = this.problems.some((one) => one.shape === `${kind}.${index}`);
    const mark = wrong ? el("b", { class: "wrong", role: "img", "aria-label": t("wrong") }, "!") : el("small", {}, kind === "lamps" ? this.model.signalOf(item).id : item.id ?? "");
    const choose = () => this.actions.choose({ kind, index });
    return el("li", { class: this.names.group(kind, item) }, el("button", { type: "button", "aria-current": String(this.model.is({ kind, index })), onclick: choose }, el("i", { "aria-hidden": "true" }), el("span", {}, this.names.title(kind, item, index)), mark));
  }

  /** The form of the chosen shape; while somebody types there, it stays as it is. */
  form(anew) {
    const shape = this.model.chosen;
    const item = this.model.item();
    const form = $("form");
    if (!item) return form.replaceChildren();
    const told = this.problems.filter((one) => one.shape === `${shape.kind}.${shape.index}`);
    if (!anew && form.contains(document.activeElement)) {
      form.querySelectorAll(".problem").forEach((node) => node.remove());
      return form.prepend(...told.map((one) => this.told(one)));
    }
    form.className = this.names.group(shape.kind, item);
    const fields = shape.kind === "points" ? this.pointFields(item) : shape.kind === "lamps" ? this.lampFields(item) : this.namedFields(shape.kind, item);
    const title = this.names.title(shape.kind, item, shape.index);
    const remove = el("button", { type: "button", class: "delete", onclick: () => this.model.remove(shape) }, t("delete"));
    return form.replaceChildren(...told.map((one) => this.told(one)), el("h3", {}, title), ...fields, el("p", { class: "said" }, shape.kind === "lamps" ? t("keys-lamp") : t("keys")), el("div", { class: "actions" }, ...this.more(shape.kind, item), remove));
  }

  told(one) {
    return el("p", { class: "problem" }, one.message);
  }

  namedFields(kind, item) {
    const isNew = !this.model.known.has(item.id);
    const fields = [
      this.text(t("name-vi"), this.names.in(item, "vi"), (value) => this.rename(item, "vi", value), { lang: "vi", name: "vi" }),
      this.text(t("name-en"), this.names.in(item, "en"), (value) => this.rename(item, "en", value), { lang: "en", name: "en" }),
      this.text(t("id"), item.id ?? "", (value) => this.model.change(() => (item.id = value)), { disabled: !isNew, name: "id" }),
    ];
    if (kind === "zones") fields.push(this.check(t("zoom"), item.zoom, (on) => this.model.change(() => (on ? (item.zoom = true) : delete item.zoom))));
    if (kind === "lanes") {
      fields.push(this.text(t("group"), item.group ?? "", (value) => this.model.change(() => this.put(item, "group", value)), { name: "group" }));
      fields.push(el("div", { class: "pair" }, this.number(t("limit"), item, "speed_limit_kmh"), this.number(t("free-flow"), item, "free_flow_kmh")));
      fields.push(this.check(t("stop-line"), item.stop_line, (on) => this.model.change(() => (on ? (item.stop_line = true) : delete item.stop_line))));
    }
    return fields;
  }

  /** Of the lamp, and of the signal that it belongs to. */
  lampFields(lamp) {
    const signal = this.model.signalOf(lamp);
    const { lanes, lines } = this.model.sections;
    const fields = [this.choice(t("colour"), Object.entries(this.names.lampColours).map(([one, said]) => [one, said()]), lamp.colour, (value) => this.reshape(() => (lamp.colour = value)), "colour")];
    if (lamp.colour === "green" || lamp.arrow) {
      fields.push(this.text(t("arrow"), lamp.arrow ?? "", (value) => this.reshape(() => this.putArrow(lamp, value)), { name: "arrow" }));
    }
    if (lamp.arrow) fields.push(this.several(t("releases"), lamp, "releases", [...lanes, ...lines]));
    const stops = [["", t("line-of-lanes")], ...lines.map((line) => [line.id, this.names.of(line)])];
    return [
      ...fields,
      ...this.namedFields("signals", signal),
      this.several(t("signal-lanes"), signal, "lanes", lanes),
      this.choice(t("signal-line"), stops, signal.line ?? "", (value) => this.model.change(() => this.put(signal, "line", value)), "line"),
    ];
  }

  pointFields(item) {
    if (!item.metres) return [el("p", { class: "said" }, t("point-elsewhere"))];
    const put = (axis) => (value) => this.model.change(() => (item.metres[axis] = Number(value)));
    const field = (label, axis) => this.text(label, item.metres[axis], put(axis), { type: "number", step: "any", name: `metres-${axis}` });
    return [el("div", { class: "pair" }, field(t("east"), 0), field(t("north"), 1))];
  }

  more(kind, item) {
    if (kind === "lamps") {
      const signal = this.model.signalOf(item);
      return [
        el("button", { type: "button", id: "add-lamp", onclick: () => this.actions.addLamp(signal) }, t("add-lamp")),
        el("button", { type: "button", class: "delete", id: "delete-signal", onclick: () => this.model.removeSignal(signal) }, t("delete-signal")),
      ];
    }
    if (kind === "lanes") return [el("button", { type: "button", id: "turn", onclick: () => this.actions.turnLane() }, t("turn-lane"))];
    if (kind === "lines") return [el("button", { type: "button", id: "turn", onclick: () => this.actions.turnLine() }, t("turn-line"))];
    return [];
  }

  rename(item, language, value) {
    this.model.change(() => {
      const names = typeof item.name === "object" && item.name ? item.name : { en: item.name ?? item.id, vi: item.name ?? item.id };
      item.name = { ...names, [language]: value };
    });
  }

  put(item, key, value) {
    if (value === "" || value === null) delete item[key];
    else item[key] = value;
  }

  number(label, item, key) {
    return this.text(label, item[key] ?? "", (value) => this.model.change(() => this.put(item, key, value === "" ? "" : Number(value))), { type: "number", min: 0, step: "any", name: key });
  }

  text(label, value, put, attributes = {}) {
    return el("label", {}, label, el("input", { type: "text", value, ...attributes, onchange: (event) => put(event.target.value.trim()) }));
  }

  /** A change after which the form has other fields; the one that was used keeps the focus. */
  reshape(apply) {
    const { name } = document.activeElement;
    this.model.change(apply);
    this.model.changed({ chosen: true });
    if (name) $("form").querySelector(`[name="${name}"]`)?.focus();
  }

  /** What an arrow releases goes with it. */
  putArrow(lamp, value) {
    this.put(lamp, "arrow", value);
    if (!value) delete lamp.releases;
  }

  choice(label, options, value, put, name) {
    const known = options.some(([one]) => one === value) ? options : [...options, [value, value]];
    return el("label", {}, label, el("select", { name, onchange: (event) => put(event.target.value) }, ...known.map(([one, said]) => el("option", { value: one, selected: one === value }, said))));
  }

  /** Ids of shapes, some of which are named; one that is no more can be taken out. */
  several(label, item, key, shapes) {
    const lost = (item[key] ?? []).filter((id) => !shapes.some((shape) => shape.id === id)).map((id) => ({ id }));
    const put = (id, on) => this.model.change(() => {
      const ids = (item[key] ?? []).filter((one) => one !== id).concat(on ? [id] : []);
      this.put(item, key, ids.length ? ids : null);
    });
    const boxes = [...shapes, ...lost].map((shape) => this.check(this.names.of(shape), item[key]?.includes(shape.id), (on) => put(shape.id, on), `${key}-${shape.id}`));
    return el("fieldset", {}, el("legend", {}, label), ...boxes);
  }

  check(label, on, put, name = null) {
    return el("label", { class: "check" }, el("input", { type: "checkbox", name, checked: Boolean(on), onchange: (event) => put(event.target.checked) }), label);
  }
}
