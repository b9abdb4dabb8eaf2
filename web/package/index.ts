/** Reads handwritten numbers in pictures, in a browser or in Node.js, without a server. */
import { makeReader } from "./reader.js";
import type { LoadOptions, Reader } from "./types.js";

export { ClosedError, ModelError, OptionError, PictureError, ShuziError } from "./errors.js";
export type * from "./types.js";

/**
 * Load a reader that works in the calling thread.
 *
 * @throws OptionError, ModelError
 */
export function load(options: LoadOptions = {}): Promise<Reader> {
  return makeReader(options);
}
