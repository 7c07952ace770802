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

// The field that a message is about is marked; the form itself is being typed in, and stays.
document.addEventListener("htmx:after:swap", () => {
  const wrong = document.querySelector("#choices-problem [data-field]")?.dataset.field;
  for (const field of document.querySelectorAll("#choices :is(input, select)")) {
    if (field.name === wrong) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }
});
