/** The parts of Node.js that tests use; the page itself has no Node.js. */
declare module "node:fs/promises" {
  export function readFile(path: string): Promise<Uint8Array<ArrayBuffer>>;
}
