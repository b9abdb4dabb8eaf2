/** Where the page is published, its picture for shared links gets a whole address, which those who fetch it need. */
import type { Plugin } from "vite";

const RELATIVE = 'content="./og.png"';

/** @param site the documentation's address, beside which the page lies in `play/`; "" where none is named */
export function sharedLink(site: string): Plugin {
  return {
    name: "shared-link",
    transformIndexHtml: {
      order: "post",
      handler: (html) => (site ? html.replace(RELATIVE, `content="${site}play/og.png"`) : html),
    },
  };
}
