// When the session of this page has ended, it says so, and stays as it is. The stream asks again by
// itself; when it is let in, somebody has logged in again.

import { renew } from "./token.js";

const notice = document.getElementById("logged-out");
notice.querySelector("a").href = `/login?next=${encodeURIComponent(location.pathname + location.search)}`;

// It is said until the page can send again, too.
let renewing;
async function back() {
  if (notice.hidden || renewing) return;
  renewing = true;
  try {
    notice.hidden = await renew();
  } finally {
    renewing = false;
  }
}

function over() {
  notice.hidden = false;
  document.getElementById("connection").hidden = true;
}

document.addEventListener("stockapp:logged-out", over);
document.addEventListener("htmx:response:error", (event) => {
  if (event.detail.ctx?.response?.status === 401) over();
});
document.addEventListener("htmx:sse:error", (event) => {
  if (event.detail.status === 401) over();
});
document.addEventListener("htmx:sse:after:connection", back);
document.addEventListener("htmx:after:request", (event) => {
  if (event.detail.ctx?.response?.status < 400) back();
});
