// Rows in the order of one's own: dragged, or moved by Alt with the arrow keys.

const place = () => document.querySelector("table.watchlist:not(:has(th[aria-sort]))")?.dataset.place;
let pressed, dragged, waiting, moved, sent = 0;

// Whether rows stand as was just wished here, and the server does not know it yet.
export const moving = () => Boolean(dragged || moved || sent);

function send() {
  clearTimeout(waiting);
  if (!moved) return;
  const { row, to } = moved;
  moved = undefined;
  const before = row.nextElementSibling?.dataset.symbol ?? "";
  sent += 1;
  htmx.ajax("POST", to, {
    source: document.getElementById("watchlist"), swap: "none", values: { symbol: row.dataset.symbol, before },
  }).finally(() => { sent -= 1; });
}

function tell(row) {
  if (moved && moved.row !== row) send();
  clearTimeout(waiting);
  moved = { row, to: place() };
  // Keys come in quick succession; only where the row ends up matters.
  waiting = setTimeout(send, 150);
}

function neighbour(row, up) {
  do row = up ? row.previousElementSibling : row.nextElementSibling; while (row?.hidden);
  return row;
}

function put(row, before) {
  const body = row.parentElement;
  if (body.moveBefore) body.moveBefore(row, before);
  else body.insertBefore(row, before);
}

document.addEventListener("pointerdown", (event) => {
  const row = event.target.closest("#rows .row");
  // Not from where one selects text, presses or types.
  pressed = row && place() && !event.target.closest("a, button, input, form") ? row : undefined;
  if (row) row.draggable = Boolean(pressed);
});
for (const name of ["pointerup", "pointercancel"]) {
  document.addEventListener(name, () => { pressed = undefined; });
}
// A row that is rendered anew in one's hands stays there.
document.addEventListener("htmx:after:swap", () => {
  if (pressed) pressed.draggable = true;
  dragged?.classList.add("dragged");
});
document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.("#rows .row");
  dragged?.classList.add("dragged");
  if (dragged) event.dataTransfer.effectAllowed = "move";
});
document.addEventListener("dragover", (event) => {
  const over = event.target.closest?.("#rows .row");
  if (!dragged || !over) return;
  event.preventDefault();
  if (over === dragged) return;
  const box = over.getBoundingClientRect();
  put(dragged, event.clientY > box.top + box.height / 2 ? over.nextElementSibling : over);
});
document.addEventListener("drop", (event) => { if (dragged) event.preventDefault(); });
document.addEventListener("dragend", () => {
  if (!dragged) return;
  dragged.classList.remove("dragged");
  dragged.draggable = false;
  tell(dragged);
  dragged = undefined;
});

document.addEventListener("keydown", (event) => {
  if (!event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key) || !place()) return;
  const row = document.activeElement?.closest("#rows .row");
  if (!row) return;
  event.preventDefault();
  const other = neighbour(row, event.key === "ArrowUp");
  if (!other) return;
  const focused = document.activeElement;
  put(row, event.key === "ArrowUp" ? other : other.nextElementSibling);
  focused.focus();
  tell(row);
});
