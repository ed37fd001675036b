// The way to the server: questions, and the live stream.

/** JSON of an address; an error carries the server's own words. */
export async function getJson(path, query = {}) {
  const address = new URL(path, location.href);
  for (const [name, value] of Object.entries(query)) {
    for (const one of [value].flat()) if (one !== "" && one !== null && one !== undefined) address.searchParams.append(name, one);
  }
  const answer = await fetch(address, { headers: { accept: "application/json" } });
  const body = await answer.json().catch(() => null);
  if (!answer.ok) throw Object.assign(new Error(body?.error?.message ?? `HTTP ${answer.status}`), { status: answer.status });
  return body;
}

/** What the page was given to write with: it stands behind the #, which no server and no log sees. */
export const token = {
  take() {
    const hash = new URLSearchParams(location.hash.slice(1));
    const given = hash.get("token");
    if (!given) return;
    sessionStorage.setItem("token", given);
    hash.delete("token");
    history.replaceState(null, "", location.pathname + location.search + (hash.size ? `#${hash}` : ""));
  },
  get: () => sessionStorage.getItem("token") ?? "",
};

/** Tell the server what a person did; an error carries its words. */
export async function postJson(path, body, query = {}) {
  const address = new URL(path, location.href);
  for (const [name, value] of Object.entries(query)) address.searchParams.append(name, value);
  const headers = { "content-type": "application/json", "x-matpho-token": token.get() };
  const answer = await fetch(address, { method: "POST", headers, body: JSON.stringify(body) });
  const said = await answer.json().catch(() => null);
  if (!answer.ok) throw new Error(said?.error?.message ?? `HTTP ${answer.status}`);
  return said;
}

/**
 * Each new revision from `row` on, across breaks of the connection: nothing is lost and nothing is asked for twice.
 * The browser resends the last id by itself; where it gives up (an error answer), this starts again after a pause.
 */
export class Live {
  constructor(handlers) {
    this.handlers = handlers;
    this.source = null;
    this.timer = 0;
  }

  start(row, language) {
    this.stop();
    this.row = row;
    this.language = language;
    this.open();
  }

  stop() {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }

  open() {
    const source = new EventSource(`/api/stream?after=${this.row}&lang=${this.language}`);
    this.source = source;
    const on = (name, handle) =>
      source.addEventListener(name, (message) => {
        if (message.lastEventId) this.row = message.lastEventId;
        handle(JSON.parse(message.data));
      });
    on("event", this.handlers.event);
    on("incident", this.handlers.incident);
    on("measured", this.handlers.measured);
    on("reset", this.handlers.reset);
    on("trouble", this.handlers.trouble);
    on("recovered", this.handlers.recovered);
    source.onopen = () => this.handlers.state("live");
    source.onerror = () => {
      this.handlers.state("reconnecting");
      if (source.readyState === EventSource.CLOSED && this.source === source) {
        this.timer = setTimeout(() => this.open(), 3000);
      }
    };
  }
}
