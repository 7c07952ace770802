// The one place where text may become HTML (Trusted Types): what the server sends for htmx to put
// into the page. It has none of these in it; whatever slipped in through somebody's words stays out.

const FORBIDDEN = /<\/?(?:script|iframe|frame|object|embed|base|meta|link|style)\b/i;

htmx.registerExtension("trusted", {
  init(internal) {
    internal.initSecurity(globalThis.trustedTypes?.createPolicy("stockapp", {
      createHTML(text) {
        if (FORBIDDEN.test(text)) throw new TypeError("An update of the page holds what it never does.");
        return text;
      },
    }));
  },
});
