// Measured traffic as it was told so far: series of each place, added to as new intervals come.

import { getJson } from "./api.js";
import { language } from "./words.js";

const MOST_POINTS = 3600;
let cameras = new Map();
let asked = 0;

/** The cameras with measurements, by name. */
export const all = () => [...cameras.values()];

/** Everything anew, as after a change of language or of the store. */
export function forget() {
  cameras = new Map();
  asked += 1;
}

/** Ask for what is new, and add it. */
export async function load() {
  const mine = asked;
  const known = Math.min(...all().map((camera) => camera.newest));
  const since = Number.isFinite(known) ? new Date(known).toISOString() : "";
  const answer = await getJson("/api/traffic", { since, lang: language() });
  if (mine !== asked) return;
  for (const told of answer.cameras) add(told, answer.fields, answer.span_ms);
}

function add(told, fields, span) {
  const camera = cameras.get(told.camera_id) ?? { places: new Map(), newest: 0 };
  cameras.set(told.camera_id, camera);
  Object.assign(camera, { id: told.camera_id, simulated: told.simulated, live: told.live, states: told.states, latest: told.latest });
  for (const one of told.places) {
    const key = `${one.place} ${one.direction}`;
    const place = camera.places.get(key) ?? { points: [] };
    camera.places.set(key, Object.assign(place, { ...one, key, points: place.points }));
    for (const values of one.points) put(place.points, Object.fromEntries(fields.map((name, index) => [name, values[index]])));
    camera.newest = Math.max(camera.newest, place.points.at(-1)?.start ?? 0);
  }
  for (const place of camera.places.values()) {
    while (place.points.length > MOST_POINTS || (place.points.length && place.points[0].start < camera.newest - span)) place.points.shift();
  }
}

/** At its place in time; nearly always the end. The same interval is told again when a page asks from its start on. */
function put(points, point) {
  let at = points.length;
  while (at > 0 && points[at - 1].start > point.start) at -= 1;
  const same = at > 0 && points[at - 1].start === point.start;
  points.splice(same ? at - 1 : at, same ? 1 : 0, point);
}
