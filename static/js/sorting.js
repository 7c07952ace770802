// Sorting in the page at once, so that nothing typed or opened is lost; the server is told besides
// and keeps it. Amounts of money are in order within their currency only.

const MONEY = new Set(["price", "change", "market_cap", "fair_value"]);
const TEXTS = new Set(["symbol", "currency", "source", "note"]);

const table = () => document.querySelector("table.watchlist");
const state = () => {
  const head = table()?.querySelector("th[aria-sort]");
  return head ? { key: head.className, descending: head.ariaSort === "descending" } : { key: "listed" };
};
let { key, descending } = state();

const currencyOf = (row) => MONEY.has(key) ? row.getAttribute(`data-currency-${key}`) ?? "" : "";
// An amount of an unknown currency cannot be compared, and is put where no value is.
const valueOf = (row) => MONEY.has(key) && !currencyOf(row) ? "" : row.getAttribute(`data-sort-${key}`) ?? "";
const order = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

function compare(one, other) {
  const [a, b] = [valueOf(one), valueOf(other)];
  if (a === "" || b === "") return (a === "") - (b === "");
  const apart = order(currencyOf(one), currencyOf(other));
  if (apart) return apart;
  const way = TEXTS.has(key) ? order(a, b) : Number(a) - Number(b);
  return descending ? -way : way;
}

function sort(body) {
  if (key === "listed" || !body) return;
  const rows = [...body.children];
  const sorted = [...rows].sort(compare);
  if (rows.every((row, index) => row === sorted[index])) return;
  const move = body.isConnected && body.moveBefore ? "moveBefore" : "insertBefore";
  for (const row of sorted) body[move](row, null);
}

function sortPage() {
  const body = document.getElementById("rows");
  // A row does not jump away from under one's hands; the order is mended when it is left.
  if (!body?.contains(document.activeElement)) sort(body);
}

// What the next press of each head asks for: ascending, descending, then the order of the list.
function mark() {
  for (const button of document.querySelectorAll("button.sort")) {
    const head = button.closest("th"), own = head.className, here = own === key;
    if (here) head.setAttribute("aria-sort", descending ? "descending" : "ascending");
    else head.removeAttribute("aria-sort");
    button.value = !here ? `${own}.asc` : descending ? "listed.asc" : `${own}.desc`;
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button.sort");
  if (!button) return;
  const [wanted, way] = button.value.split(".");
  key = wanted;
  descending = way === "desc";
  // The order of the list is the server's to tell; its answer brings it.
  sort(document.getElementById("rows"));
  // After the form has been read.
  setTimeout(mark);
});

// The columns were chosen anew, and with them the order may have gone.
document.addEventListener("stockapp:order", (event) => {
  key = event.detail.sort;
  descending = event.detail.descending;
  mark();
});

// Once for all changes until the next picture.
let planned = 0;
function plan() {
  planned ||= requestAnimationFrame(() => { planned = 0; sortPage(); });
}
document.addEventListener("htmx:after:swap", plan);
document.addEventListener("focusout", plan);
