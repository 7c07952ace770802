// Sorting in the page, so that nothing typed or opened is lost; the links sort without scripts.

const address = new URL(location.href);
let key = address.searchParams.get("sort") ?? "";
let descending = address.searchParams.get("dir") === "desc";

const valueOf = (row) => row.getAttribute(`data-sort-${key}`) ?? "";

function compare(one, other) {
  const [a, b] = [valueOf(one), valueOf(other)];
  if (a === "" || b === "") return (a === "") - (b === "");
  const order = key === "symbol" ? (a < b ? -1 : a > b ? 1 : 0) : Number(a) - Number(b);
  return descending ? -order : order;
}

function sort(body) {
  if (!key || !body) return;
  const rows = [...body.children];
  const sorted = [...rows].sort(compare);
  if (rows.every((row, index) => row === sorted[index])) return;
  const move = body.isConnected && body.moveBefore ? "moveBefore" : "insertBefore";
  for (const row of sorted) body[move](row, null);
}

function sortPage() {
  const body = document.getElementById("rows");
  // A row does not jump away from under one's typing; the order is mended when it is left.
  const typing = body?.contains(document.activeElement) && document.activeElement.matches("input, textarea");
  if (!typing) sort(body);
}

function mark() {
  for (const link of document.querySelectorAll("a[data-sort-key]")) {
    const here = link.dataset.sortKey === key;
    const header = link.closest("th");
    if (here) header.setAttribute("aria-sort", descending ? "descending" : "ascending");
    else header.removeAttribute("aria-sort");
  }
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-sort-key]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  descending = link.dataset.sortKey === key && !descending;
  key = link.dataset.sortKey;
  const query = new URLSearchParams({ sort: key, ...(descending && { dir: "desc" }) });
  history.replaceState(null, "", `/?${query}`);
  sort(document.getElementById("rows"));
  mark();
});

// Once for all changes until the next picture.
let planned = 0;
function plan() {
  planned ||= requestAnimationFrame(() => { planned = 0; sortPage(); mark(); });
}
document.addEventListener("htmx:after:swap", plan);
document.addEventListener("focusout", plan);
