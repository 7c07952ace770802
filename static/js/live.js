// What keeps a page live: its one stream, and polling while there is none. hx-sse reads the stream
// and comes back by event id; opening it, a first connection that fails, and all the rest is here.

import { headers } from "./token.js";

let live = document.getElementById("live");
const notice = document.getElementById("connection");
const PATIENCE_MS = 2000, RETRY_MS = 1000, POLL_MS = 2000, REFUSED_MS = 5000;

// The server sends a beat every 2 s. Without two of them the connection is not what it seems.
const SILENCE_MS = 4300, LOOK_MS = 300, PROBE_MS = 2000;

// A browser opens six connections to a server. Its pages leave two of them for everything else.
const MOST_STREAMS = 4, SIGN_MS = 2000, SIGN_LASTS_MS = 5000, SIGN = "stockapp:stream:";
const sign = SIGN + Math.random().toString(36).slice(2);

let position = live?.dataset.position;
let lost, streaming = false, opening = false, polling, again, heard = Date.now(), probing = false;

function say(text) {
  const status = document.getElementById("status");
  // What can be undone, or was not done, must stay to be read; the notice is seen besides.
  if (!status || status.matches(":has(form), .error:not(:empty)")) return;
  status.className = "status info";
  status.textContent = text;
}

function reached() {
  heard = Date.now();
  clearTimeout(lost);
  lost = undefined;
  if (!notice.hidden) say("The connection is back.");
  notice.hidden = true;
}

// static/js/session.js says what is the matter then.
const loggedOut = () => document.querySelector("#logged-out:not([hidden])");

function tell() {
  if (loggedOut()) return;
  if (notice.hidden) say("The connection to stockapp is lost; it is being tried again.");
  notice.hidden = false;
}

function unreached() {
  lost ??= setTimeout(tell, PATIENCE_MS);
}

// Which pages of this browser stream is told in its storage, by signs that each renews.
function storage() {
  try { return localStorage; } catch { return undefined; }
}

function streamsElsewhere() {
  const shared = storage(), now = Date.now();
  if (!shared) return 0;
  const signs = Object.keys(shared).filter((key) => key.startsWith(SIGN) && key !== sign);
  const alive = signs.filter((key) => now - Number(shared.getItem(key)) < SIGN_LASTS_MS);
  for (const key of signs) if (!alive.includes(key)) shared.removeItem(key);
  return alive.length;
}

function renew() {
  const wanted = (streaming || opening) && !document.hidden;
  if (wanted) storage()?.setItem(sign, Date.now());
  else storage()?.removeItem(sign);
}

const url = (path, since) => `${path}?${live.dataset.shows}&last_event_id=${since}`;

function open() {
  clearTimeout(again);
  again = undefined;
  if (streaming || opening || document.hidden) return;
  if (streamsElsewhere() >= MOST_STREAMS) {
    poll();
    later(POLL_MS);
    return;
  }
  // htmx begins before hx-sse is there if that is slow to load.
  if (!live.hasAttribute("data-htmx-powered")) htmx.process(live);
  opening = true;
  renew();
  htmx.ajax("GET", url("/stream", position), { source: live, swap: "none", timeout: 10000 });
}

function later(ms) {
  again ??= setTimeout(open, ms);
}

function refused(status) {
  opening = false;
  renew();
  if (status === 404) return gone();
  unreached();
  // 503: the server has as many streams as it takes.
  if (status === 503) poll();
  later(status === 503 || status === 401 ? REFUSED_MS : RETRY_MS);
}

// The list, the task or the stock of this page is no more.
function gone() {
  clearTimeout(lost);
  notice.hidden = true;
  stopPolling();
  say("What this page shows was deleted. Reload it to see what there is.");
}

// Shows what has happened since an event, and returns the event up to which that is.
async function catchUp(since) {
  const answer = await fetch(url("/changes", since), { headers: { ...headers, "HX-Request": "true" }, signal: AbortSignal.timeout(PROBE_MS) });
  if (answer.status === 401) document.dispatchEvent(new Event("stockapp:logged-out"));
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  reached();
  const text = await answer.text();
  if (text) await htmx.swap({ sourceElement: live, target: live, swap: "none", text });
  return JSON.parse(answer.headers.get("HX-Trigger"))["stockapp:position"].id ?? since;
}

async function ask() {
  if (document.hidden) return;
  const since = position;
  try {
    const next = await catchUp(since);
    // A stream that opened meanwhile may have told newer things.
    if (Number(next) < Number(position)) mend(next);
    else position = next;
  } catch { unreached(); }
}

// A form's answer may come after the stream has told newer things, and hides them then.
async function mend(since) {
  try {
    while (Number(since) < Number(position)) {
      const next = await catchUp(since);
      if (!(next > since)) return;
      since = next;
    }
  } catch {
    unreached();
    setTimeout(mend, RETRY_MS, since);
  }
}

function poll() {
  if (polling) return;
  polling = setInterval(ask, POLL_MS);
  ask();
}

function stopPolling() {
  clearInterval(polling);
  polling = undefined;
}

// Another stream in place of this one, such as for other columns; what came between is caught up.
function reopen(shows) {
  live.dataset.shows = shows;
  const next = live.cloneNode();
  next.removeAttribute("data-htmx-powered");
  live.replaceWith(next);
  live = next;
  streaming = opening = false;
  stopPolling();
  open();
}

// A stream that says nothing, not even a beat, may be dead without having ended.
async function listen() {
  if (!streaming || document.hidden || probing || Date.now() - heard < SILENCE_MS) return;
  tell();
  probing = true;
  try {
    await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(PROBE_MS) });
    // The server is there, so it is the stream that is dead.
    if (Date.now() - heard >= SILENCE_MS) reopen(live.dataset.shows);
  } catch { /* Asked again at the next look. */ }
  probing = false;
}

function begin() {
  document.addEventListener("htmx:sse:after:connection", () => {
    streaming = true;
    opening = false;
    reached();
    stopPolling();
    renew();
  });
  document.addEventListener("htmx:sse:before:message", (event) => {
    if (event.target === live) reached();
  });
  document.addEventListener("htmx:sse:after:message", (event) => {
    position = event.detail.message.id || position;
  });
  document.addEventListener("htmx:after:swap", (event) => {
    const told = event.detail.ctx?.response?.headers?.get("Stockapp-As-Of");
    if (told) mend(Number(told));
  });
  document.addEventListener("htmx:sse:error", (event) => {
    unreached();
    if (event.detail.status === 503) poll();
  });
  document.addEventListener("htmx:sse:before:connection", (event) => {
    if (event.detail.connection.attempt === 0) return;
    streaming = false;
    if (!document.hidden) unreached();
  });
  document.addEventListener("htmx:sse:close", (event) => {
    if (event.target !== live) return;
    streaming = opening = false;
    renew();
    if (event.detail.reason === "ended") refused();
  });
  for (const name of ["htmx:error", "htmx:response:error"]) {
    document.addEventListener(name, (event) => {
      const { ctx } = event.detail ?? {};
      if (ctx?.sourceElement === live && opening) refused(ctx.response?.status);
    });
  }
  document.addEventListener("visibilitychange", () => {
    heard = Date.now();
    renew();
    if (!document.hidden) open();
  });
  document.addEventListener("stockapp:shows", (event) => reopen(event.detail.shows));
  addEventListener("pagehide", () => storage()?.removeItem(sign));
  addEventListener("offline", tell);
  addEventListener("online", () => { if (!lost) reached(); });
  setInterval(renew, SIGN_MS);
  setInterval(listen, LOOK_MS);
  // After htmx's own start, which waits for its turn in the same way.
  setTimeout(open);
}

if (live) begin();
