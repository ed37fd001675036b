// Words, numbers and times in the chosen language.

import { getJson } from "./api.js";

const words = { language: "en", texts: {}, kinds: {}, phases: {}, severities: {} };

export async function loadWords(language) {
  Object.assign(words, await getJson("/api/texts", language ? { lang: language } : {}));
  document.documentElement.lang = words.language;
  for (const node of document.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
  for (const node of document.querySelectorAll("[data-t-label]")) node.setAttribute("aria-label", t(node.dataset.tLabel));
}

export const language = () => words.language;
export const kinds = () => words.kinds;

/** A text of the page, its {names} filled in. */
export function t(name, values = {}) {
  return (words.texts[name] ?? name).replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
}

const locale = () => (words.language === "vi" ? "vi-VN" : "en-GB");
const formats = new Map();

function format(key, options) {
  const name = `${key} ${locale()}`;
  if (!formats.has(name)) formats.set(name, new Intl.DateTimeFormat(locale(), options));
  return formats.get(name);
}

/** A Date of the API's time; browsers read three decimals, the API writes nine. */
export const at = (value) => new Date(`${value.slice(0, 23)}Z`);

export const timeText = (date) =>
  format("time", { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false }).format(date);
export const minuteText = (date) => format("minute", { hour: "2-digit", minute: "2-digit", hour12: false }).format(date);
export const dayText = (date) => format("day", { day: "2-digit", month: "2-digit", year: "numeric" }).format(date);
export const longDayText = (date) => format("long", { weekday: "short", day: "numeric", month: "long" }).format(date);

export const sameDay = (one, other) => one.toDateString() === other.toDateString();

/** Time and, on another day than today, the date. */
export const momentText = (date) => (sameDay(date, new Date()) ? timeText(date) : `${timeText(date)} · ${dayText(date)}`);

/** How long ago, in one unit. */
export function ago(date) {
  const s = Math.max(0, Math.floor((Date.now() - date) / 1000));
  if (s < 3) return t("now");
  if (s < 60) return t("ago-s", { count: s });
  if (s < 3600) return t("ago-m", { count: Math.floor(s / 60) });
  if (s < 86400) return t("ago-h", { count: Math.floor(s / 3600) });
  return t("ago-d", { count: Math.floor(s / 86400) });
}

/** A length of time in two units. */
export function lasted(milliseconds) {
  const s = Math.max(0, Math.round(milliseconds / 1000));
  if (s < 60) return t("lasted-s", { count: s });
  if (s < 3600) return t("lasted-m", { count: Math.floor(s / 60), rest: s % 60 });
  return t("lasted-h", { count: Math.floor(s / 3600), rest: Math.floor((s % 3600) / 60) });
}

export const number = (value, decimals = 0) =>
  value.toLocaleString(locale(), { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
