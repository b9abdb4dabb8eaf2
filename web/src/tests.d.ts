/** What tests use of Node.js; the page itself has no Node.js. */
declare module "node:fs/promises" {
  export function readFile(path: string): Promise<Uint8Array<ArrayBuffer>>;
}
