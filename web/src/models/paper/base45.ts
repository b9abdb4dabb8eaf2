/** Bytes as the 45 characters that a QR code holds in 5.5 bits each (RFC 9285). */
import type { Bytes } from "../../shared/files/bytes";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const BASE = ALPHABET.length;

export function encode(content: Uint8Array): string {
  let text = "";
  for (let start = 0; start < content.length; start += 2) {
    const pair = content.subarray(start, start + 2);
    let value = pair.reduce((sum, byte) => sum * 256 + byte, 0);
    for (let left = pair.length + 1; left > 0; left--) {
      text += ALPHABET[value % BASE];
      value = Math.floor(value / BASE);
    }
  }
  return text;
}

/** @returns null if the text is not what `encode` writes */
export function decode(text: string): Bytes | null {
  const content: number[] = [];
  for (let start = 0; start < text.length; start += 3) {
    const digits = [...text.slice(start, start + 3)].map((character) => ALPHABET.indexOf(character));
    const value = digits.reduceRight((sum, digit) => sum * BASE + digit, 0);
    const size = digits.length - 1;
    if (size === 0 || digits.includes(-1) || value >= 256 ** size) return null;
    if (size === 2) content.push(value >> 8);
    content.push(value & 255);
  }
  return Uint8Array.from(content);
}
