/** Zip archives (PKWARE's APPNOTE 6.3), as far as npz files need them: written stored, read stored or deflated. */

import { type Bytes, joined } from "../shared/files/bytes";

/** A file that is no archive of this kind, is damaged, or holds more than it may. */
export class DamagedArchive extends Error {}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END_SIZE = 22;
const VERSION = 20; // 2.0
const LONGEST_COMMENT = 65_535;
const DATE = 0x21; // 1 January 1980, so that the same content is the same file
const [STORED, DEFLATED] = [0, 8];

/** Pack files without compressing them. */
export function zipped(files: ReadonlyMap<string, Bytes>): Bytes {
  const pieces: Bytes[] = [];
  const central: Bytes[] = [];
  let offset = 0;
  for (const [name, content] of files) {
    const path = new TextEncoder().encode(name);
    const facts = [VERSION, 0, STORED, 0, DATE] as const;
    const sizes = [crc32(content), content.length, content.length] as const;
    const local = record(LOCAL, [...facts], [...sizes], [path.length, 0]);
    pieces.push(local, path, content);
    // made by, then as in the file itself; comment, disk and attributes are 0
    central.push(
      record(CENTRAL, [VERSION, ...facts], [...sizes], [path.length, 0, 0, 0, 0], [0, offset]),
      path,
    );
    offset += local.length + path.length + content.length;
  }
  const size = central.reduce((sum, entry) => sum + entry.length, 0);
  const end = record(END, [0, 0, files.size, files.size], [size, offset], [0]);
  return joined([...pieces, ...central, end]);
}

/** A signature, then groups of numbers: of 2 bytes, of 4, of 2, of 4, little-endian. */
function record(signature: number, ...groups: readonly (readonly number[])[]): Bytes {
  const length = groups.reduce((sum, group, index) => sum + group.length * (index % 2 ? 4 : 2), 4);
  const view = new DataView(new ArrayBuffer(length));
  view.setUint32(0, signature, true);
  let at = 4;
  groups.forEach((group, index) => {
    for (const value of group) {
      if (index % 2) view.setUint32(at, value, true);
      else view.setUint16(at, value, true);
      at += index % 2 ? 4 : 2;
    }
  });
  return new Uint8Array(view.buffer);
}

/**
 * Unpack the files of an archive.
 *
 * @param largest the total size in bytes; a few bytes of an archive may hold gigabytes
 * @throws DamagedArchive
 */
export async function unzipped(archive: Bytes, largest: number): Promise<Map<string, Bytes>> {
  const files = new Map<string, Bytes>();
  let left = largest;
  try {
    for (const { name, method, crc, packed, size, offset } of entriesOf(archive)) {
      if (size > left) throw new DamagedArchive(name);
      left -= size;
      const view = viewOf(archive, offset, 30);
      if (view.getUint32(0, true) !== LOCAL) throw new DamagedArchive(name);
      const from = offset + 30 + view.getUint16(26, true) + view.getUint16(28, true);
      const content = archive.slice(from, from + packed);
      if (method !== STORED && method !== DEFLATED) throw new DamagedArchive(name);
      const file = method === STORED ? content : await inflated(content, size);
      if (file.length !== size || crc32(file) !== crc) throw new DamagedArchive(name);
      files.set(name, file);
    }
  } catch (error) {
    if (error instanceof DamagedArchive) throw error;
    throw new DamagedArchive(String(error)); // it ends too early, or cannot be inflated
  }
  return files;
}

interface Entry {
  name: string;
  method: number;
  crc: number;
  packed: number;
  size: number;
  offset: number;
}

function* entriesOf(archive: Bytes): Generator<Entry> {
  let end = archive.length - END_SIZE;
  const first = Math.max(0, end - LONGEST_COMMENT);
  while (end >= first && viewOf(archive, end, 4).getUint32(0, true) !== END) end--;
  if (end < first) throw new DamagedArchive("no directory");
  const directory = viewOf(archive, end, END_SIZE);
  let at = directory.getUint32(16, true);
  for (let remaining = directory.getUint16(10, true); remaining > 0; remaining--) {
    const view = viewOf(archive, at, 46);
    if (view.getUint32(0, true) !== CENTRAL) throw new DamagedArchive("directory");
    const long = view.getUint16(28, true);
    yield {
      name: new TextDecoder().decode(archive.subarray(at + 46, at + 46 + long)),
      method: view.getUint16(10, true),
      crc: view.getUint32(16, true),
      packed: view.getUint32(20, true),
      size: view.getUint32(24, true),
      offset: view.getUint32(42, true),
    };
    at += 46 + long + view.getUint16(30, true) + view.getUint16(32, true);
  }
}

/** Throws a RangeError where the archive ends before. */
function viewOf(archive: Bytes, offset: number, length: number): DataView {
  return new DataView(archive.buffer, archive.byteOffset + offset, length);
}

/** Stops as soon as it is longer than it says. */
async function inflated(packed: Bytes, size: number): Promise<Bytes> {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const chunks: Bytes[] = [];
  let length = 0;
  for (const reader = stream.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) return joined(chunks);
    length += value.length;
    if (length > size) {
      await reader.cancel();
      throw new DamagedArchive("size");
    }
    chunks.push(value as Bytes);
  }
}

/** CRC-32 as in ISO 3309, with the polynomial reversed. */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

export function crc32(content: Bytes): number {
  let value = 0xffffffff;
  for (const byte of content) value = (TABLE[(value ^ byte) & 0xff] as number) ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}
