// A camera's scene with one event in it: reference picture, lanes, zones, lines, and the event's box.

import { svg } from "./dom.js";
import { t } from "./words.js";

export function sceneDrawing(scene, event) {
  const [width, height] = scene.reference_size;
  const size = height / 30;
  const parts = [svg("title", {}, t("scene"))];
  if (scene.picture) parts.push(svg("image", { href: scene.picture, width, height, preserveAspectRatio: "none" }));
  const labels = [];
  const groups = [...new Set(scene.lanes.map((lane) => lane.group))];
  for (const lane of scene.lanes) {
    const own = lane.id === event.zone || lane.group === event.zone;
    parts.push(...laneWithArrows(lane, groups.indexOf(lane.group) % 6, own, size));
    if (own) labels.push(label(lane.name, along(lane.centreline, 0.5).at, size, own, width));
  }
  for (const zone of scene.zones) {
    const own = zone.id === event.zone;
    parts.push(svg("polygon", { class: own ? "this zone" : "zone", points: zone.polygon.map((point) => point.join(",")).join(" ") }));
    if (own || !event.zone) labels.push(label(zone.name, middle(zone.polygon), size, own, width));
  }
  for (const line of scene.lines) {
    const own = line.id === event.zone;
    parts.push(...lineWithArrow(line, own, size));
    if (own || !event.zone) labels.push(label(line.name, [line.start[0], line.start[1] + size * 1.2], size, own, width));
  }
  parts.push(...labels);
  if (event.box) {
    const [left, top, right, bottom] = event.box;
    for (const name of ["halo", "box"]) {
      parts.push(svg("rect", { class: name, x: left, y: top, width: right - left, height: bottom - top, rx: size / 6 }));
    }
  }
  return svg("svg", { class: "scene", viewBox: `0 0 ${width} ${height}`, role: "img" }, ...parts);
}

/** The line, and from its middle an arrow to its right, the way of "forward". */
function lineWithArrow(line, own, size) {
  const [[x1, y1], [x2, y2]] = [line.start, line.end];
  const length = Math.hypot(x2 - x1, y2 - y1) || 1;
  const [fx, fy] = [-(y2 - y1) / length, (x2 - x1) / length];
  const [mx, my] = [(x1 + x2) / 2, (y1 + y2) / 2];
  const [tx, ty] = [mx + fx * size * 1.6, my + fy * size * 1.6];
  const barb = (turn) => `${tx - (fx - turn * fy) * size * 0.5},${ty - (fy + turn * fx) * size * 0.5}`;
  const path = `M${x1},${y1}L${x2},${y2}M${mx},${my}L${tx},${ty}M${barb(1)}L${tx},${ty}L${barb(-1)}`;
  return [svg("path", { class: "halo", d: path }), svg("path", { class: own ? "this line" : "line", d: path })];
}

/** The lane in its group's colour, and arrows in driving direction. */
function laneWithArrows(lane, colour, own, size) {
  const arrows = [0.25, 0.6, 0.95].map((share) => {
    const { at: [x, y], way: [dx, dy] } = along(lane.centreline, share);
    const barb = (turn) => `${x - (dx - turn * dy) * size * 0.4},${y - (dy + turn * dx) * size * 0.4}`;
    return `M${barb(1)}L${x},${y}L${barb(-1)}`;
  });
  const name = `lane lane-${colour}${own ? " this" : ""}`;
  return [svg("polygon", { class: name, points: lane.polygon.join(" ") }), svg("path", { class: `${name} way`, d: `M${lane.centreline.join("L")}${arrows.join("")}` })];
}

/** The point of a line of points at a share of its length, and the direction there. */
function along(points, share) {
  const steps = points.slice(1).map(([x, y], index) => [x - points[index][0], y - points[index][1]]);
  const lengths = steps.map(([x, y]) => Math.hypot(x, y) || 1);
  let left = share * lengths.reduce((sum, length) => sum + length, 0);
  let index = 0;
  while (index < steps.length - 1 && left > lengths[index]) left -= lengths[index++];
  const way = steps[index].map((part) => part / lengths[index]);
  return { at: [points[index][0] + way[0] * left, points[index][1] + way[1] * left], way };
}

function label(name, [x, y], size, own, width) {
  const inside = Math.min(width - size * 3, Math.max(size * 3, x));
  return svg("text", { class: own ? "" : "other", x: inside, y: Math.max(size, y), "font-size": size, "stroke-width": size / 5 }, name);
}

function middle(polygon) {
  const sum = polygon.reduce(([x, y], [px, py]) => [x + px, y + py], [0, 0]);
  return sum.map((value) => value / polygon.length);
}
