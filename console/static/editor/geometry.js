// Plane geometry, and the way between the picture and the ground.

export const distance = ([ax, ay], [bx, by]) => Math.hypot(bx - ax, by - ay);
export const between = ([ax, ay], [bx, by], share = 0.5) => [ax + (bx - ax) * share, ay + (by - ay) * share];

/** [left, top, right, bottom] of points. */
export function bounds(points) {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

export function middle(points) {
  const sum = points.reduce(([x, y], [px, py]) => [x + px, y + py], [0, 0]);
  return sum.map((value) => value / points.length);
}

/** The point of a line of points at a share of its length, and the direction there. */
export function along(points, share) {
  const lengths = points.slice(1).map((point, index) => distance(points[index], point));
  let left = share * lengths.reduce((sum, length) => sum + length, 0);
  for (const [index, length] of lengths.entries()) {
    if (left <= length || index === lengths.length - 1) {
      const [from, to] = [points[index], points[index + 1]];
      const size = length || 1;
      return { at: between(from, to, Math.min(1, left / size)), way: [(to[0] - from[0]) / size, (to[1] - from[1]) / size] };
    }
    left -= length;
  }
  return { at: points[0], way: [1, 0] };
}

/** A point through a homography; null at or beyond the horizon. */
export function project(matrix, [x, y]) {
  const [a, b, c] = matrix.map((row) => row[0] * x + row[1] * y + row[2]);
  return c > 1e-9 ? [a / c, b / c] : null;
}

export function inverse([[a, b, c], [d, e, f], [g, h, i]]) {
  const rows = [
    [e * i - f * h, c * h - b * i, b * f - c * e],
    [f * g - d * i, a * i - c * g, c * d - a * f],
    [d * h - e * g, b * g - a * h, a * e - b * d],
  ];
  const determinant = a * rows[0][0] + b * rows[1][0] + c * rows[2][0];
  return rows.map((row) => row.map((value) => value / determinant));
}

const LENS = 0.4;

/** Radius of the glass of lamps that stand one beside the other: as large beside their distance as on usual heads. */
export function lampRadius(middles) {
  const apart = middles.slice(1).map((point, index) => distance(middles[index], point));
  return Math.max(1, Math.round(Math.min(...apart) * LENS * 10) / 10);
}

const LANE_M = 3.25;

/** The outline of a lane around its centreline: as wide as lanes are on the ground, else as wide as it may look. */
export function laneAround(centreline, matrix, [, height]) {
  const sides = [[], []];
  centreline.forEach((point, index) => {
    const from = centreline[Math.max(0, index - 1)];
    const to = centreline[Math.min(centreline.length - 1, index + 1)];
    const pair = (matrix && acrossGround(point, from, to, matrix)) ?? acrossPicture(point, from, to, height);
    sides[0].push(pair[0]);
    sides[1].push(pair[1]);
  });
  return [...sides[0], ...sides[1].reverse()];
}

function acrossGround(point, from, to, matrix) {
  const [p, a, b] = [point, from, to].map((one) => project(matrix, one));
  if (!p || !a || !b) return null;
  const size = distance(a, b) || 1;
  const [nx, ny] = [(-(b[1] - a[1]) / size) * (LANE_M / 2), ((b[0] - a[0]) / size) * (LANE_M / 2)];
  const back = inverse(matrix);
  const found = [1, -1].map((side) => project(back, [p[0] + side * nx, p[1] + side * ny]));
  return found.every(Boolean) ? found : null;
}

function acrossPicture(point, from, to, height) {
  const size = distance(from, to) || 1;
  const half = Math.max(6, (0.02 + 0.1 * (point[1] / height)) * height * 0.6);
  const [nx, ny] = [(-(to[1] - from[1]) / size) * half, ((to[0] - from[0]) / size) * half];
  return [[point[0] - nx, point[1] - ny], [point[0] + nx, point[1] + ny]];
}
