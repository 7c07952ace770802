// What keeps a page live: its one stream, and polling while there is none. hx-sse reads the stream
// and comes back by event id; opening it, a first connection that fails, and all the rest is here.

const live = document.getElementById("live");
const notice = document.getElementById("connection");
const PATIENCE_MS = 2000, RETRY_MS = 1000, POLL_MS = 2000, REFUSED_MS = 5000;

// A browser opens six connections to a server. Its pages leave two of them for everything else.
const MOST_STREAMS = 4, SIGN_MS = 2000, SIGN_LASTS_MS = 5000, SIGN = "stockapp:stream:";
const sign = SIGN + Math.random().toString(36).slice(2);

let position = live?.dataset.position;
let lost, streaming = false, opening = false, polling, again;

function reached() {
  clearTimeout(lost);
  lost = undefined;
  notice.hidden = true;
}

function unreached() {
  lost ??= setTimeout(() => { notice.hidden = false; }, PATIENCE_MS);
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

const url = (path) => `${path}?${live.dataset.shows}&last_event_id=${position}`;

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
  htmx.ajax("GET", url("/stream"), { source: live, swap: "none", timeout: 10000 });
}

function later(ms) {
  again ??= setTimeout(open, ms);
}

function refused(status) {
  opening = false;
  renew();
  unreached();
  // 503: the server has as many streams as it takes.
  if (status === 503) poll();
  later(status === 503 ? REFUSED_MS : RETRY_MS);
}

async function ask() {
  if (document.hidden) return;
  try {
    const answer = await fetch(url("/changes"), { headers: { "HX-Request": "true" } });
    if (!answer.ok) return unreached();
    reached();
    const text = await answer.text();
    if (text) await htmx.swap({ sourceElement: live, target: live, swap: "none", text });
    position = JSON.parse(answer.headers.get("HX-Trigger"))["stockapp:position"].id ?? position;
  } catch {
    unreached();
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

function begin() {
  document.addEventListener("htmx:sse:after:connection", () => {
    streaming = true;
    opening = false;
    reached();
    stopPolling();
    renew();
  });
  document.addEventListener("htmx:sse:after:message", (event) => {
    position = event.detail.message.id || position;
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
    renew();
    if (!document.hidden) open();
  });
  addEventListener("pagehide", () => storage()?.removeItem(sign));
  addEventListener("offline", () => { notice.hidden = false; });
  addEventListener("online", () => { if (!lost) notice.hidden = true; });
  setInterval(renew, SIGN_MS);
  // After htmx's own start, which waits for its turn in the same way.
  setTimeout(open);
}

if (live) begin();
