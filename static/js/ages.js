// Ages stay true while a page stays open; stockapp/web/words.py says the same words.

const MINUTE = 60, HOUR = 3600, DAY = 86400;
const EVERY_MS = 1000;

// Ages are the server's; a browser's clock may be minutes off. Less than this is the way here.
const WAY_MS = 5000;
const rendered = Date.parse(document.querySelector("[data-now]")?.dataset.now ?? "");
const apart = Date.now() - rendered;
const offset = Math.abs(apart) > WAY_MS ? apart : 0;

function words(seconds) {
  if (seconds < 5) return "just now";
  if (seconds < MINUTE) return `${Math.floor(seconds)} s ago`;
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)} min ago`;
  if (seconds < DAY) return `${Math.floor(seconds / HOUR)} h ago`;
  const days = Math.floor(seconds / DAY);
  return `${days} day${days === 1 ? "" : "s"} ago`;
}

function update() {
  const now = Date.now() - offset;
  for (const time of document.querySelectorAll("time[data-age]")) {
    const text = words(Math.max(0, (now - Date.parse(time.dateTime)) / 1000));
    if (time.textContent !== text) time.textContent = text;
  }
  // The time of a price makes its whole row stale, or the details of it; what has its own time grows old for itself.
  for (const part of document.querySelectorAll("[data-fresh-until]")) {
    const over = now >= Date.parse(part.dataset.freshUntil);
    if (part.matches("time")) part.closest(".row, .facts")?.classList.toggle("stale", over);
    else part.classList.toggle("old", over);
  }
}

update();
setInterval(() => { if (!document.hidden) update(); }, EVERY_MS);
document.addEventListener("visibilitychange", update);
