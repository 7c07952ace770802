// What the page's one stream leaves to us: opening it, a first connection that fails, and saying
// so when the connection is lost. The rest, such as coming back by event id, is hx-sse's.

const live = document.getElementById("live");
const notice = document.getElementById("connection");
const PATIENCE_MS = 2000, RETRY_MS = 1000;
let lost;

function connected() {
  clearTimeout(lost);
  lost = undefined;
  notice.hidden = true;
}

function disconnected() {
  lost ??= setTimeout(() => { notice.hidden = false; }, PATIENCE_MS);
}

function open() {
  // htmx begins before hx-sse is there if that is slow to load.
  if (!live.hasAttribute("data-htmx-powered")) htmx.process(live);
  htmx.trigger(live, "stream:open");
}

function retry() {
  disconnected();
  setTimeout(open, RETRY_MS);
}

document.addEventListener("htmx:sse:after:connection", connected);
document.addEventListener("htmx:sse:error", disconnected);
document.addEventListener("htmx:sse:before:connection", (event) => {
  if (event.detail.connection.attempt > 0) disconnected();
});
document.addEventListener("htmx:sse:close", (event) => {
  if (event.detail.reason === "ended") retry();
});
for (const name of ["htmx:error", "htmx:response:error"]) {
  document.addEventListener(name, (event) => {
    if (event.detail?.ctx?.sourceElement === live) retry();
  });
}
addEventListener("offline", () => { notice.hidden = false; });
addEventListener("online", () => { if (!lost) notice.hidden = true; });

// After htmx's own start, which waits for its turn in the same way.
setTimeout(open);
