// What the forms leave to us: saying so when an answer does not come, and where the focus goes.

const SHOWN_MS = 8000, UNDO_MS = 60_000;
let clearing;

function say(text, level) {
  const status = document.getElementById("status");
  status.className = `status ${level}`;
  status.textContent = text;
}

// Good news goes by itself, what can be undone later; bad news stays until something else is done.
let faded;
function fade() {
  const text = document.getElementById("status").textContent;
  // Not anew for each row that is swapped meanwhile.
  if (text === faded) return;
  faded = text;
  clearTimeout(clearing);
  clearing = setTimeout(() => {
    const status = document.getElementById("status");
    if (!status.matches(".error")) status.textContent = "";
  }, document.querySelector("#status form") ? UNDO_MS : SHOWN_MS);
}

const ofForm = (event) => event.detail?.ctx?.sourceElement?.matches?.("form, #watchlist");

document.addEventListener("htmx:error", (event) => {
  if (ofForm(event)) say("stockapp did not answer, so this was not done. Try again.", "error");
});
document.addEventListener("htmx:response:error", (event) => {
  const { text, response } = event.detail.ctx;
  if (ofForm(event) && !text.includes("<hx-partial")) {
    say(`stockapp answered with error ${response.status}, so this was not done. Try again.`, "error");
  }
});

// The field is emptied, unless the next symbol is being typed there already.
document.addEventListener("stockapp:added", (event) => {
  const input = document.getElementById("add-symbol");
  if (input.value === event.detail.typed) input.value = event.detail.left;
});

// What is chosen stands in the address, so that it can be kept and sent on.
document.addEventListener("stockapp:address", (event) => {
  history.replaceState(history.state, "", event.detail.path);
});

// The focus of a row that is removed goes to its neighbour.
let leaving, neighbour;
document.addEventListener("submit", (event) => {
  if (event.target.id === "removing") leaving = event.submitter?.closest("tr");
}, true);
document.addEventListener("htmx:before:request", (event) => {
  const row = event.detail.ctx.sourceElement.id === "removing" && leaving;
  leaving = undefined;
  if (!row) return;
  neighbour = (row.nextElementSibling ?? row.previousElementSibling)?.id;
});
document.addEventListener("htmx:after:swap", () => {
  if (document.querySelector("#status:not(:empty)")) fade();
  if (neighbour === undefined || document.activeElement !== document.body) return;
  const next = document.querySelector(`#${CSS.escape(neighbour)} button.remove`);
  (next ?? document.getElementById("add-symbol")).focus({ preventScroll: true });
  neighbour = undefined;
});

// Where an answer moves what was used, or cannot be used any more, the focus goes along.
let used;
document.addEventListener("htmx:before:swap", () => {
  const one = document.activeElement;
  if (one?.id.startsWith("column-")) used = one.id;
  // What may have been meant goes when it was chosen.
  else if (one?.closest("#add .choices")) used = "add-symbol";
});
document.addEventListener("htmx:after:swap", () => {
  const lost = document.activeElement === document.body ? used : undefined;
  used = undefined;
  if (!lost) return;
  const other = lost.endsWith("earlier") ? lost.replace("earlier", "later") : lost.replace("later", "earlier");
  const target = [lost, other, "columns"].map((id) => document.getElementById(id)).find((one) => one && !one.disabled);
  (target?.querySelector("summary") ?? target)?.focus();
});

fade();

// What a form did is said once, not again whenever the page is loaded.
const here = new URL(location.href);
if (here.searchParams.has("done")) {
  for (const told of ["done", "what", "undo"]) here.searchParams.delete(told);
  history.replaceState(history.state, "", here);
}
