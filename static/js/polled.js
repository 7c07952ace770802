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

// The parts do not talk; what is wrong in all, or that nothing is any more, is said when it changes.
const words = () => document.querySelector("#health strong")?.textContent;
let known = words();
document.addEventListener("htmx:after:swap", () => {
  if (!words() || words() === known) return;
  known = words();
  const status = document.getElementById("status");
  status.className = "status info";
  status.textContent = known;
});
