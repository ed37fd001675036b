// Small plots over time: one quantity of one place each, all of a camera on the same time axis.

import { svg } from "./dom.js";

export const WIDE = 160;
export const HIGH = 36;
const TOP = 3;

/** A round number at or above the largest value, so that scales stay the same while values move. */
export function ceiling(values) {
  const most = Math.max(0, ...values.filter((value) => value !== null));
  if (!most) return 1;
  const unit = 10 ** Math.floor(Math.log10(most));
  return [1, 1.5, 2, 3, 4, 5, 6, 8, 10].map((step) => step * unit).find((step) => step >= most * 0.999);
}

/**
 * Values over time. Each point holds from its start to its end, so a step is drawn for it; where one is missing, there is a
 * gap. `times` is [from, to] of the axis, `spans` are [from, to, class] shaded behind.
 */
export function plot({ points, times, top, label, spans = [], second = null, bars = false }) {
  const [from, to] = times;
  const x = (time) => ((Math.max(from, Math.min(to, time)) - from) / Math.max(1, to - from)) * WIDE;
  const y = (value) => HIGH - (Math.min(value, top) / top) * (HIGH - TOP);
  const parts = [svg("title", {}, label)];
  for (const [start, end, name] of spans) {
    parts.push(svg("rect", { class: `span ${name}`, x: fixed(x(start)), y: 0, width: fixed(Math.max(1, x(end) - x(start))), height: HIGH }));
  }
  parts.push(svg("line", { class: "base", x1: 0, x2: WIDE, y1: HIGH, y2: HIGH }));
  for (const run of runs(points)) {
    const steps = run.map(([start, end, value]) => `${fixed(x(start))},${fixed(y(value))} ${fixed(x(end))},${fixed(y(value))}`).join(" ");
    const [left, right] = [fixed(x(run[0][0])), fixed(x(run.at(-1)[1]))];
    parts.push(svg("polygon", { class: "area", points: `${left},${HIGH} ${steps} ${right},${HIGH}` }));
    if (!bars) parts.push(svg("polyline", { class: "value", points: steps }));
  }
  for (const run of second ? runs(second) : []) {
    parts.push(svg("polyline", { class: "second", points: run.map(([start, end, value]) => `${fixed(x(start))},${fixed(y(value))} ${fixed(x(end))},${fixed(y(value))}`).join(" ") }));
  }
  return svg("svg", { class: "plot", viewBox: `0 0 ${WIDE} ${HIGH}`, preserveAspectRatio: "none", role: "img", "aria-label": label }, ...parts);
}

/** Points [start, end, value] in pieces without a hole. */
function runs(points) {
  const found = [];
  let last = null;
  for (const point of points) {
    if (point[2] === null) {
      last = null;
      continue;
    }
    if (!last || point[0] - last[1] > (point[1] - point[0]) / 2) found.push([]);
    found.at(-1).push(point);
    last = point;
  }
  return found;
}

const fixed = (value) => value.toFixed(1);
