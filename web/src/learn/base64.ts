/** Bytes that travel as base64. */

export function bytes(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** The same bytes, each from -128 to 127. */
export function signedBytes(base64: string): Int8Array {
  return new Int8Array(bytes(base64).buffer);
}
