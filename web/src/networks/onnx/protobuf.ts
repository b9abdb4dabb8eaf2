/** Protocol Buffers, as far as an .onnx file needs them: a message is its fields, one after the other. */

import { joined } from "../../shared/files/bytes";

const VARINT = 0;
const FOUR_BYTES = 5;
const WITH_LENGTH = 2;

/** A field or a message, encoded. */
export type Bytes = Uint8Array;

/** A whole number from 0 on. */
export function integer(field: number, value: number): Bytes {
  return joined([varint(field * 8 + VARINT), varint(value)]);
}

/** A number as float32. */
export function fraction(field: number, value: number): Bytes {
  return joined([varint(field * 8 + FOUR_BYTES), new Uint8Array(Float32Array.of(value).buffer)]);
}

export function text(field: number, value: string): Bytes {
  return bytes(field, new TextEncoder().encode(value));
}

export function bytes(field: number, value: Uint8Array): Bytes {
  return joined([varint(field * 8 + WITH_LENGTH), varint(value.length), value]);
}

/** A message within a message. */
export function message(field: number, fields: readonly Bytes[]): Bytes {
  return bytes(field, joined(fields));
}

/** Seven bits in each byte, the lowest first; the eighth says that more follow. A negative number has 64 bits. */
function varint(value: number): Bytes {
  let rest = BigInt.asUintN(64, BigInt(value));
  const septets: number[] = [];
  for (; rest > 0x7fn; rest >>= 7n) septets.push(Number(rest & 0x7fn) | 0x80);
  return Uint8Array.of(...septets, Number(rest));
}
