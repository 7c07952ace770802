// Shows the server that a request is of this page. Forms of the page as it was loaded have the token
// themselves; those that an update has put anew have not, as updates are the same for all browsers.

const token = document.querySelector("meta[name=csrf-token]").content;

export const headers = { "X-CSRF-Token": token };

document.addEventListener("formdata", (event) => {
  // Not in an address.
  if (event.target.method === "post") event.formData.set("csrf_token", token);
});
