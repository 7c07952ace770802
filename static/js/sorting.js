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

function sort() {
  const body = document.getElementById("rows");
  if (!key || !body) return;
  // A row that is being worked in must not jump; the order is mended when it is left.
  if (body.contains(document.activeElement) && !body.moveBefore) return;
  const rows = [...body.children];
  const sorted = rows.toSorted(compare);
  if (rows.every((row, index) => row === sorted[index])) return;
  const move = body.moveBefore ? (row) => body.moveBefore(row, null) : (row) => body.append(row);
  sorted.forEach(move);
}

function mark() {
  for (const link of document.querySelectorAll("a[data-sort-key]")) {
    const header = link.closest("th");
    if (link.dataset.sortKey === key) {
      header.setAttribute("aria-sort", descending ? "descending" : "ascending");
    } else {
      header.removeAttribute("aria-sort");
    }
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
  sort();
  mark();
});

for (const name of ["htmx:after:swap", "focusout"]) {
  document.addEventListener(name, () => queueMicrotask(() => { sort(); mark(); }));
}
