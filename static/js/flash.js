// A price that changes is seen to: for a moment, and only where motion is welcome. Rows that come
// in that moment leave data-moved alone ("morphIgnore" in _live_head.html).

const still = matchMedia("(prefers-reduced-motion: reduce)");
const told = new Map();

function look() {
  const moved = [];
  for (const row of document.querySelectorAll("#rows .row")) {
    const amount = row.querySelector("td.price .amount"), price = Number(row.getAttribute("data-sort-price"));
    if (!amount || !price) continue;
    const before = told.get(row.id);
    told.set(row.id, price);
    if (before === undefined || before === price || still.matches) continue;
    amount.removeAttribute("data-moved");
    moved.push([amount, price > before ? "rose" : "fell"]);
  }
  if (!moved.length) return;
  // So that the same animation starts anew; the page is laid out once for all, not for each.
  void document.body.offsetWidth;
  for (const [amount, way] of moved) amount.dataset.moved = way;
}

document.addEventListener("animationend", (event) => event.target.removeAttribute("data-moved"));
let planned = 0;
document.addEventListener("htmx:after:swap", () => {
  planned ||= requestAnimationFrame(() => { planned = 0; look(); });
});
look();
