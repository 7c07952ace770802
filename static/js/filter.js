// Rows that match what is typed, at once; the form does it without scripts.

const field = document.getElementById("filter-text");
const folded = (text) => text.toLocaleLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");

function held(row) {
  const name = row.querySelector(".name")?.textContent ?? "";
  return folded(`${row.dataset.symbol} ${name} ${row.dataset.note ?? ""}`);
}

function apply() {
  const body = document.getElementById("rows");
  if (!body) return;
  const words = folded(field.value).split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const row of body.children) {
    const text = words.length ? held(row) : "";
    row.hidden = !words.every((word) => text.includes(word));
    if (row.hidden) row.querySelector(".pick input").checked = false;
    shown += !row.hidden;
  }
  document.getElementById("none-match").hidden = shown > 0;
  document.dispatchEvent(new Event("stockapp:picked"));
}

function address() {
  const url = new URL(location.href);
  if (field.value.trim()) url.searchParams.set("filter", field.value.trim());
  else url.searchParams.delete("filter");
  history.replaceState(history.state, "", url);
}

field?.addEventListener("input", () => { apply(); address(); });
field?.form.addEventListener("submit", (event) => event.preventDefault());

let planned = 0;
function catchUp() {
  cancelAnimationFrame(planned);
  planned = 0;
  apply();
}
document.addEventListener("htmx:after:swap", () => {
  if (field?.value) planned ||= requestAnimationFrame(catchUp);
});
// A key may come between a swap and the next frame.
document.addEventListener("stockapp:walk", () => { if (planned) catchUp(); });
if (field?.value) apply();
