// The summary strip: open events, counts by kind, and the chart.

import { $, el, icon } from "./dom.js";
import { chartDrawing, stepText } from "./chart.js";
import { iconOf } from "./rows.js";
import { number, t } from "./words.js";

let last = null;

/** Show a summary; `kind` is the one that the list is filtered by, `choose` is called when another is pressed. */
export function show(summary, kind, choose) {
  last = summary;
  $("open-now").querySelector("dd").textContent = number(summary.open);
  $("open-now").toggleAttribute("data-some", summary.open > 0);
  $("total").querySelector("dd").textContent = number(summary.total);
  const before = new Map([...$("kinds").children].map((button) => [button.dataset.kind, button]));
  const buttons = summary.kinds.map((one) => {
    const button = before.get(one.kind) ?? el("button", { type: "button", "data-kind": one.kind, onclick: () => choose(one.kind) });
    button.setAttribute("aria-pressed", String(one.kind === kind));
    button.replaceChildren(el("span", {}, one.name), el("b", {}, icon(iconOf(one)), number(one.count)), openOf(one));
    return button;
  });
  // Buttons stay the same nodes, in place, so that the focus stays too.
  if (buttons.length === before.size && buttons.every((button, index) => button === $("kinds").children[index])) return draw();
  $("kinds").replaceChildren(...buttons);
  draw();
}

function openOf(one) {
  if (!one.open) return "";
  return el("em", { title: t("open-count", { count: number(one.open) }) }, number(one.open), el("small", { class: "unseen" }, t("state-open")));
}

/** Draw the chart anew, at the size it has now. */
export function draw() {
  if (!last) return;
  const { chart } = last;
  const counted = chart.buckets.reduce((sum, one) => sum + Object.values(one.counts).reduce((a, b) => a + b, 0), 0);
  const note = chart.cut ? ` · ${t("chart-cut", { count: number(counted) })}` : "";
  $("chart").querySelector("em").textContent = chart.buckets.length ? `· ${stepText(chart.step_s)}${note}` : "";
  const box = $("chart").querySelector("div");
  const drawing = chartDrawing(chart, box.clientWidth, box.clientHeight);
  box.replaceChildren(...(drawing ? [drawing] : []));
}
