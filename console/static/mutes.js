// What is muted now: a line for each mute above the list, until it ends or somebody ends it.

import { getJson, postJson, token } from "./api.js";
import { $, el } from "./dom.js";
import { name } from "./who.js";
import { at, dayText, language, sameDay, t, timeText } from "./words.js";

const AGAIN_MS = 5000;
let trouble = () => {};
let shown = "";

/** Follow the mutes; `tell` shows what goes wrong. */
export function start(tell) {
  trouble = tell;
  setInterval(() => document.hidden || reload(), AGAIN_MS);
}

/** Ask what is muted, and show it. */
export async function reload() {
  let found;
  try {
    found = (await getJson("/api/mutes", { lang: language() })).mutes;
  } catch {
    return; // the stream tells of a store that is away
  }
  // Lines that are as they were stay, so that a button is not taken away below a finger, nor from who reached it by keys.
  const said = JSON.stringify([language(), Boolean(token.get()), found]);
  if (said === shown) return;
  shown = said;
  $("mutes").replaceChildren(...found.map(line));
  $("mutes").hidden = found.length === 0;
}

function line(mute) {
  const until = at(mute.until);
  const when = sameDay(until, new Date()) ? timeText(until) : `${dayText(until)} ${timeText(until)}`;
  const scope = [mute.kind_name, mute.camera_id, mute.rule_id, mute.zone, mute.track_id ? `#${mute.track_id}` : ""].filter(Boolean).join(" · ");
  const end = token.get() ? el("button", { type: "button", onclick: () => unmute(mute) }, t("mute-end")) : null;
  return el(
    "li",
    {},
    el("b", {}, t("muted-until", { time: when })),
    el("span", {}, scope),
    el("span", { class: "mute-why" }, `${mute.reason} (${mute.by})`),
    el("em", {}, t("mute-suppressed", { count: mute.suppressed })),
    end,
  );
}

async function unmute(mute) {
  try {
    await postJson(`/api/mutes/${encodeURIComponent(mute.mute_id)}/end`, { by: name() || "?", why: "" }, { lang: language() });
    await reload();
  } catch (error) {
    trouble(error.message);
  }
}
