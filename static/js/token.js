// Shows the server that a request is of this page. Forms of the page as it was loaded have the token
// themselves; those that an update has put anew have not, as updates are the same for all browsers.

const HEADER = "X-CSRF-Token";
const IN_PAGE = /<meta name="csrf-token" content="([^"]+)">/;
let token = document.querySelector("meta[name=csrf-token]").content;

export const headers = { [HEADER]: token };

// After another login, in another tab: what is typed on this page can be sent by its new token.
// Says whether that worked.
export async function renew() {
  const page = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  const found = page?.ok && !page.redirected && IN_PAGE.exec(await page.text());
  if (!found) return false;
  token = headers[HEADER] = found[1];
  document.body.setAttribute("hx-headers:inherited", JSON.stringify(headers));
  for (const field of document.querySelectorAll("input[name=csrf_token]")) field.value = token;
  return true;
}

document.addEventListener("formdata", (event) => {
  // Not in an address.
  if (event.target.method === "post") event.formData.set("csrf_token", token);
});
