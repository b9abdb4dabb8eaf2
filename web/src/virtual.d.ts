/** What the build adds; see `web/build/`. */
declare module "virtual:kernel" {
  /** The WebAssembly module of `build/kernel.ts`. */
  export function kernel(): Uint8Array<ArrayBuffer>;
}
