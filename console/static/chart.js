// Counts over time as stacked bars, coloured by severity.

import { svg } from "./dom.js";
import { at, dayText, minuteText, t } from "./words.js";

const SEVERITIES = ["lowest", "low", "medium", "high", "highest"];

export const stepText = (seconds) => {
  if (seconds < 60) return t("chart-step-s", { count: seconds });
  if (seconds < 3600) return t("chart-step-m", { count: seconds / 60 });
  return t("chart-step-h", { count: seconds / 3600 });
};

/** Draw into a node of the given size in CSS pixels. */
export function chartDrawing({ buckets, step_s }, width, height) {
  if (!buckets.length || width < 40) return null;
  const base = height - 14;
  const sum = (bucket) => Object.values(bucket.counts).reduce((a, b) => a + b, 0);
  const top = Math.max(4, ...buckets.map(sum));
  const wide = Math.min(26, (width - 26) / buckets.length);
  const left = width - wide * buckets.length;
  const parts = [
    svg("line", { class: "base", x1: left, x2: width, y1: base + 0.5, y2: base + 0.5 }),
    svg("text", { x: Math.max(0, left - 6), y: 11, "text-anchor": left > 24 ? "end" : "start" }, String(top)),
  ];
  buckets.forEach((bucket, index) => {
    let y = base;
    const bar = svg("g", {}, svg("title", {}, `${minuteText(at(bucket.start))} · ${sum(bucket)}`));
    for (const severity of SEVERITIES) {
      const high = ((bucket.counts[severity] ?? 0) / top) * (base - 4);
      if (!high) continue;
      y -= high;
      bar.append(svg("rect", { class: `bar-${severity}`, x: left + index * wide + 0.5, y, width: Math.max(1, wide - 1.5), height: high, rx: 1 }));
    }
    parts.push(bar);
  });
  const text = step_s >= 86400 ? dayText : minuteText;
  parts.push(svg("text", { x: left, y: height - 2 }, text(at(buckets[0].start))));
  const last = new Date(at(buckets.at(-1).start).getTime() + step_s * 1000);
  parts.push(svg("text", { x: width, y: height - 2, "text-anchor": "end" }, text(last)));
  return svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": t("chart") }, ...parts);
}
