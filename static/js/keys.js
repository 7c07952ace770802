// The keyboard. Single keys do nothing while one types, and can be switched off.

import "./theme.js";

const SHELF = "stockapp:keys", GO_MS = 1500;
// Of many lists, on a narrow page, the one that is shown is in view.
document.querySelector("#lists-all [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

const PLACES = { w: "/", t: "/tasks", s: "/system", a: "/about" };
const sheet = document.getElementById("keys");
const on = document.getElementById("keys-on");
let going = 0;

const stored = () => { try { return localStorage.getItem(SHELF); } catch { return null; } };
on.checked = stored() !== "off";
on.addEventListener("change", () => { try { localStorage.setItem(SHELF, on.checked ? "on" : "off"); } catch { /* Forgotten with the page. */ } });

const opener = document.getElementById("show-keys");
opener.hidden = false;
opener.addEventListener("click", () => sheet.showModal());

const rows = () => [...document.querySelectorAll("#rows .row:not([hidden])")];
const current = () => document.activeElement?.closest("#rows .row");

function walk(by) {
  document.dispatchEvent(new Event("stockapp:walk"));
  const all = rows(), at = all.indexOf(current());
  const next = all[Math.max(0, Math.min(all.length - 1, at < 0 ? 0 : at + by))];
  next?.querySelector("a.ticker").focus();
}

function pick(shift) {
  current()?.querySelector(".pick input").dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, shiftKey: shift }));
}

function remove() {
  const picked = document.querySelector("#rows .pick input:checked");
  if (picked) document.querySelector("#picked [value=remove]").click();
  else current()?.querySelector("button.remove").click();
}

const menus = () => [...document.querySelectorAll(".menu[open]")];

function closeMenu() {
  const menu = menus().at(-1);
  if (!menu) return false;
  const held = menu.contains(document.activeElement);
  menu.open = false;
  if (held) menu.querySelector("summary").focus();
  return true;
}

document.addEventListener("pointerdown", (event) => {
  for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false;
});

const DO = {
  "?": () => sheet.showModal(),
  a: () => document.getElementById("add-symbol")?.focus(),
  "/": () => document.getElementById("filter-text")?.focus(),
  r: () => document.querySelector("#refresh button")?.click(),
  j: () => walk(1),
  k: () => walk(-1),
  x: () => pick(false),
  X: () => pick(true),
  e: () => current()?.querySelector("a.details").click(),
  Delete: remove,
  Escape: () => document.dispatchEvent(new Event("stockapp:unpick")),
};

document.addEventListener("keydown", (event) => {
  if (!on.checked && event.key !== "Escape") return;
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || sheet.open) return;
  if (event.key === "Escape" && closeMenu()) return;
  const { target } = event;
  if (target.matches("textarea, select, input:not([type=checkbox])")) {
    if (event.key !== "Escape") return;
    // Browsers empty a search field then, and tell nobody: rows would still be those that match.
    event.preventDefault();
    target.blur();
    return;
  }
  if (going && PLACES[event.key]) { location.assign(PLACES[event.key]); return; }
  if (event.key === "g") {
    clearTimeout(going);
    going = setTimeout(() => { going = 0; }, GO_MS);
    return;
  }
  const act = DO[event.key];
  if (!act) return;
  if (event.key !== "Escape") event.preventDefault();
  act();
});
