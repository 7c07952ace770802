// A stock's page by assumptions of the reader's: when an analysis ends, they are applied to it.
// The page's stream knows those in the address that it was opened with, and no later ones.

const ended = () => document.querySelector("#run[data-ended]")?.dataset.ended;
let known = ended();

document.addEventListener("htmx:after:swap", () => {
  const now = ended();
  if (now === undefined || now === known) return;
  known = now;
  const form = document.getElementById("choices");
  if ([...new FormData(form).values()].some((typed) => typed.trim())) form.requestSubmit();
});
