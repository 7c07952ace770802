// A whole table that comes for one that is there becomes changes of single rows: a thousand rows
// that are the same need not be compared node by node, nor moved out of their sorted order.

import { moving } from "./ordering.js";

let wanted;

function put(table) {
  const move = table.moveBefore ? "moveBefore" : "insertBefore";
  let place = table.firstElementChild;
  for (const row of wanted.map((id) => document.getElementById(id)).filter(Boolean)) {
    if (row === place) place = place.nextElementSibling;
    else table[move](row, place);
  }
  wanted = undefined;
}

function changes(table, fragment, task) {
  const fresh = new Map([...fragment.querySelector("#rows").children].map((row) => [row.id, row]));
  const order = [...fresh.keys()];
  const tasks = [];
  const add = (target, style, row) => {
    const piece = document.createDocumentFragment();
    if (row) piece.append(row);
    tasks.push({ ...task, target, fragment: piece, swapSpec: { style } });
  };
  for (const row of table.children) {
    const next = fresh.get(row.id);
    fresh.delete(row.id);
    if (!next) add(row, "delete");
    else if (next.dataset.version !== row.dataset.version) add(row, "outerMorph", next);
  }
  for (const row of fresh.values()) add(table, "beforeend", row);
  // Sorted rows are put in order by their values; others stand as the list has them.
  // An older order does not undo a move that is on its way.
  if (!table.closest("table").querySelector("th[aria-sort]") && !moving()) wanted = order;
  return tasks;
}

// An answer must fit the table that is here: another window may have chosen other columns since.
document.addEventListener("htmx:config:request", (event) => {
  const table = document.querySelector("table.watchlist");
  if (!table) return;
  const head = table.querySelector("th[aria-sort]"), sort = head?.className ?? "listed";
  const way = head?.ariaSort === "descending" ? "desc" : "asc";
  event.detail.ctx.request.headers["Stockapp-Layout"] = `${table.dataset.layout}~${sort}~${way}`;
});

// A browser without moveBefore takes the focus from a row that moves, and so may a morph.
let held;

function hold() {
  const one = document.activeElement, row = one?.closest("#rows .row");
  if (!row) return;
  const kind = ["a.ticker", "a.details", "button.remove", ".pick input"].find((kind) => one.matches(kind));
  held = kind && `#${CSS.escape(row.id)} ${kind}`;
}

function restore() {
  if (held && document.activeElement === document.body) document.querySelector(held)?.focus({ preventScroll: true });
  held = undefined;
}

document.addEventListener("htmx:before:swap", (event) => {
  const { tasks } = event.detail;
  const table = document.getElementById("rows");
  hold();
  const index = tasks.findIndex((task) => task.fragment?.querySelector?.("#rows"));
  if (!table || index < 0) return;
  // Other columns, or another order: that is another table.
  const next = tasks[index].fragment.querySelector("table").dataset.layout;
  if (next !== table.closest("table").dataset.layout) return;
  tasks.splice(index, 1, ...changes(table, tasks[index].fragment, tasks[index]));
});

document.addEventListener("htmx:after:swap", () => {
  const table = document.getElementById("rows");
  if (table && wanted) put(table);
  restore();
});
