/** Addresses of pictures in memory are given back when nothing loads them any more. */

const LOADED_BY_THEN = 60_000; // ms

/** Give an address back; a picture that is still loading it would fail, so not at once. */
export function revokeLater(url: string): void {
  if (url) setTimeout(() => URL.revokeObjectURL(url), LOADED_BY_THEN);
}
