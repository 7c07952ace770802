// Picking rows: how many there are, all of them, and from one to another.

const boxes = () => [...document.querySelectorAll("#rows .pick input")];
const shown = () => boxes().filter((box) => !box.closest("tr").hidden);
let last;

function count() {
  const all = shown(), picked = all.filter((box) => box.checked);
  document.getElementById("picked-count").textContent = `${picked.length} picked`;
  document.getElementById("unpick").hidden = false;
  const head = document.getElementById("pick-all");
  if (!head) return;
  head.hidden = false;
  head.checked = picked.length > 0 && picked.length === all.length;
  head.indeterminate = picked.length > 0 && picked.length < all.length;
}

export function unpick() {
  for (const box of boxes()) box.checked = false;
  count();
}

function between(from, to) {
  const all = shown(), ends = [all.indexOf(from), all.indexOf(to)];
  return ends.includes(-1) ? [] : all.slice(Math.min(...ends), Math.max(...ends) + 1);
}

document.addEventListener("click", (event) => {
  const box = event.target.closest("#rows .pick input");
  if (event.target.id === "unpick") unpick();
  if (!box) return;
  if (event.shiftKey && last) for (const other of between(last, box)) other.checked = box.checked;
  last = box;
  count();
});
document.addEventListener("change", (event) => {
  if (event.target.id === "pick-all") for (const box of shown()) box.checked = event.target.checked;
  if (event.target.closest(".pick")) count();
});
for (const name of ["htmx:after:swap", "stockapp:picked"]) document.addEventListener(name, count);
document.addEventListener("stockapp:unpick", unpick);
count();
