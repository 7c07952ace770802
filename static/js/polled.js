// Parts of a page that ask for themselves every two seconds: not while nobody looks, and what to say
// when no answer comes, or when all is no longer well.

const notice = document.getElementById("connection");
const polls = (event) => event.target.matches?.(".polled");

document.addEventListener("htmx:config:request", (event) => {
  if (polls(event) && document.hidden) event.preventDefault();
});
document.addEventListener("htmx:error", (event) => {
  if (polls(event)) notice.hidden = false;
});
document.addEventListener("htmx:after:request", (event) => {
  if (polls(event)) notice.hidden = true;
});

// The parts do not talk; that something went wrong, or is right again, is said once.
const level = () => document.getElementById("health").dataset.level;
let known = level();
document.addEventListener("htmx:after:swap", () => {
  if (level() === known) return;
  known = level();
  const status = document.getElementById("status");
  status.className = "status info";
  status.textContent = document.querySelector("#health strong").textContent;
});
