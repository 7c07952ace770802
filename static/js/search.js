// The field for adding: what was found is chosen by arrow keys, Enter or a press; many are pasted.

const field = document.getElementById("add-symbol");
const list = () => document.getElementById("add-options");
const options = () => [...list().querySelectorAll("[role=option]")];
const chosen = () => options().find((option) => option.ariaSelected === "true");
const MANY = /[\n,;]/;
// What was sent to be added is not searched for any more.
let sent;
const asking = () => Boolean(field.value.trim()) && field.value !== sent;

function open() {
  const any = document.activeElement === field && asking() && options().length > 0;
  list().hidden = !any;
  field.setAttribute("aria-expanded", String(any));
  if (!any) field.removeAttribute("aria-activedescendant");
}

function close() {
  choose();
  list().hidden = true;
  field.setAttribute("aria-expanded", "false");
}

function choose(option) {
  for (const other of options()) other.ariaSelected = String(other === option);
  if (option) field.setAttribute("aria-activedescendant", option.id);
  else field.removeAttribute("aria-activedescendant");
  option?.scrollIntoView({ block: "nearest" });
}

function take(option) {
  field.value = option.dataset.symbol;
  close();
  field.form.requestSubmit();
}

function step(by) {
  const all = options(), at = all.indexOf(chosen());
  const next = at + by;
  choose(all[next < -1 ? all.length - 1 : next >= all.length ? -1 : next]);
}

field?.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (list().hidden) open();
    if (!list().hidden) step(event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Enter" && chosen()) {
    event.preventDefault();
    take(chosen());
  } else if (event.key === "Escape" && !list().hidden) {
    event.preventDefault();
    event.stopPropagation();
    close();
  }
});
// Lines would be lost in a field of one line.
field?.addEventListener("paste", (event) => {
  const text = event.clipboardData.getData("text");
  if (!text.includes("\n")) return;
  event.preventDefault();
  field.setRangeText(text.trim().replace(/\s*[\r\n]+\s*/g, ", "), field.selectionStart, field.selectionEnd, "end");
});
// Many symbols are not looked for; they are added.
field?.addEventListener("htmx:config:request", (event) => {
  if (event.target === field && MANY.test(field.value)) event.preventDefault();
});
field?.form.addEventListener("submit", () => { sent = field.value; close(); });
field?.addEventListener("input", () => {
  sent = undefined;
  if (!asking()) close();
});
field?.addEventListener("blur", () => setTimeout(close, 150));
document.getElementById("add-found")?.addEventListener("pointerdown", (event) => {
  const option = event.target.closest("[role=option]");
  if (!option) return;
  // Before the field loses the focus, and the list goes with it.
  event.preventDefault();
  take(option);
});
// What is chosen stays chosen when more is found.
let kept;
document.addEventListener("htmx:before:swap", (event) => {
  if (!field || event.detail.ctx?.target?.id !== "add-found") return;
  kept = chosen()?.dataset.symbol;
  // What was looked for has been added meanwhile: a list would only take the next Escape.
  if (!asking()) event.preventDefault();
});
document.addEventListener("htmx:after:swap", (event) => {
  if (!field || event.detail.ctx?.target?.id !== "add-found") return;
  choose(kept && options().find((option) => option.dataset.symbol === kept));
  open();
});
