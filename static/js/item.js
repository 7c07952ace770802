// The details of a row, beside the table: opening, closing, and keeping what they tell new.

const panel = () => document.getElementById("item");
let opener, shown = panel()?.querySelector("[data-row]")?.dataset.row;

function address(symbol) {
  const url = new URL(location.href);
  if (symbol) url.searchParams.set("item", symbol);
  else url.searchParams.delete("item");
  history.replaceState(history.state, "", url);
}

// What was typed and not saved goes only when one has been told.
const fields = () => [...(panel()?.querySelectorAll(".edit :is(input, textarea)") ?? [])];
const unsaved = () => fields().some((field) => field.value !== field.defaultValue);
let warned = false;

function keeps() {
  if (!unsaved() || warned) return false;
  warned = true;
  const status = document.getElementById("status");
  status.className = "status info";
  status.textContent = "What you typed is not saved yet. Save it, or close once more to drop it.";
  return true;
}

function close() {
  const aside = panel();
  if (aside.hidden || keeps()) return;
  const facts = aside.querySelector("[data-row]"), row = document.getElementById(facts?.dataset.row);
  // What is still asked about the row is for nobody, and the row may be gone by then.
  if (facts) htmx.trigger(facts, "htmx:abort", {}, false);
  aside.hidden = true;
  aside.replaceChildren();
  shown = undefined;
  address();
  (opener?.isConnected ? opener : row?.querySelector("a.details"))?.focus();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a.details");
  if (link && keeps()) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  if (link) opener = link;
}, true);
document.addEventListener("click", (event) => {
  if (event.target.closest("#item a.close")) {
    event.preventDefault();
    close();
  }
});
// Before others take the key for something else; what is typed outside of the panel has its own use of it.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || panel()?.hidden !== false || document.querySelector("dialog[open], .menu[open]")) return;
  if (!panel().contains(event.target) && event.target.matches("input:not([type=checkbox]), textarea, select")) return;
  event.preventDefault();
  close();
}, true);
document.addEventListener("input", () => { warned = false; });
document.addEventListener("stockapp:saved", () => {
  for (const field of fields()) field.defaultValue = field.value;
});
document.addEventListener("submit", (event) => { if (event.target.matches("[data-closes]")) setTimeout(close); });

document.addEventListener("htmx:after:swap", () => {
  const facts = panel()?.querySelector("[data-row]");
  if (!facts) return;
  panel().hidden = false;
  if (facts.dataset.row !== shown) {
    shown = facts.dataset.row;
    address(document.getElementById(shown)?.dataset.symbol);
    document.getElementById("item-title").focus();
  }
  const row = document.getElementById(shown);
  if (row && row.dataset.version !== facts.dataset.version && facts.dataset.asked !== row.dataset.version) {
    facts.dataset.asked = row.dataset.version;
    htmx.trigger(facts, "changed-row");
  }
});
