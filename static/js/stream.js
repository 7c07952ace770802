// What the page's one stream leaves to us: a first connection that fails, and saying so when the
// connection is lost. The rest, such as coming back by event id, is hx-sse's.

const live = document.getElementById("live");
const notice = document.getElementById("connection");
const PATIENCE_MS = 3000, RETRY_MS = 1000;
let lost;

function connected() {
  clearTimeout(lost);
  lost = undefined;
  notice.hidden = true;
}

function disconnected() {
  lost ??= setTimeout(() => { notice.hidden = document.hidden; }, PATIENCE_MS);
}

document.addEventListener("htmx:sse:after:connection", connected);
document.addEventListener("htmx:sse:error", disconnected);
document.addEventListener("htmx:sse:before:connection", (event) => {
  if (event.detail.connection.attempt > 0) disconnected();
});

for (const name of ["htmx:error", "htmx:response:error"]) {
  document.addEventListener(name, (event) => {
    const source = event.detail?.ctx?.sourceElement ?? event.target;
    if (source !== live) return;
    disconnected();
    setTimeout(() => htmx.trigger(live, "stream:retry"), RETRY_MS);
  });
}

document.addEventListener("stockapp:added", () => {
  const input = document.getElementById("add-symbol");
  input.value = "";
  input.focus();
});
