// What cameras show now: one picture after another, as long as somebody looks.

import { el } from "./dom.js";
import { t } from "./words.js";

const AGAIN_MS = 3000;
const LATEST_MS = 200;
const watched = new Map();
let shown = false;

/** Fill a figure with what a camera shows now. */
export function watch(figure, camera) {
  const state = { figure, camera, seen: true, running: false };
  new IntersectionObserver(([entry]) => {
    state.seen = entry.isIntersecting;
    follow(state);
  }).observe(figure);
  watched.set(camera, state);
  follow(state);
}

/** Somebody looks at the view, or no longer. */
export function show(now) {
  shown = now;
  for (const state of watched.values()) follow(state);
}

document.addEventListener("visibilitychange", () => show(shown));

async function follow(state) {
  if (state.running) return;
  state.running = true;
  while (shown && state.seen && state.figure.isConnected && !document.hidden) {
    const began = performance.now();
    const picture = await load(state.camera);
    state.figure.classList.toggle("off", !picture);
    if (picture) state.figure.replaceChildren(picture, el("figcaption", {}, t("traffic-now")));
    else state.figure.replaceChildren(el("p", {}, t("traffic-now-none")));
    await new Promise((done) => setTimeout(done, picture ? Math.max(0, LATEST_MS - (performance.now() - began)) : AGAIN_MS));
  }
  state.running = false;
  if (!state.figure.isConnected) watched.delete(state.camera);
}

/** A whole picture, or nothing where there is none. */
async function load(camera) {
  const picture = el("img", { alt: t("traffic-now-of", { camera }) });
  picture.src = `/live/${encodeURIComponent(camera)}?n=${Date.now()}`;
  try {
    await picture.decode();
    return picture;
  } catch {
    return null;
  }
}
