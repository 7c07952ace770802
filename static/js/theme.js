// The colours change at once; the server is told, so that the next page has them from its start.

const choice = document.getElementById("theme");

choice.addEventListener("change", () => {
  if (choice.value) document.documentElement.dataset.theme = choice.value;
  else delete document.documentElement.dataset.theme;
  document.dispatchEvent(new Event("stockapp:theme"));
  fetch("/theme", { method: "POST", body: new FormData(choice.form), redirect: "manual" });
});
