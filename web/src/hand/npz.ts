/** Kept digits as the .npz file that `shuzi train --data` and `shuzi read --hand` take, and back. */
import { PIXELS } from "../data/image";
import { SIDE } from "../generated/ink/normalize";
import { MAX_BYTES, MAX_EXAMPLES } from "../generated/limits";
import { type Bytes, joined } from "../shared/files";

/** A digit that a person labelled. */
export interface KeptDigit {
  /** 28x28, background 0, ink 255. */
  image: Uint8Array<ArrayBuffer>;
  /** 0 to 9. */
  label: number;
  /** When it was kept, in milliseconds since 1970; 0 if that is not known. */
  date: number;
}

/** A file without kept digits; `why` is the reason. */
export class NoKeptDigits extends Error {
  constructor(readonly why: "damaged" | "arrays" | "many") {
    super(why);
    this.name = "NoKeptDigits";
  }
}

const MAGIC = [0x93, ...new TextEncoder().encode("NUMPY")];
const ALIGNED = 64;

/** `images` uint8 (n, 28, 28), `labels` uint8 (n,), and `dates` int64 (n,), which only this page reads. */
export function npzOf(digits: readonly KeptDigit[]): Bytes {
  const images = joined(digits.map(({ image }) => image));
  const labels = Uint8Array.from(digits, ({ label }) => label);
  const dates = new DataView(new ArrayBuffer(8 * digits.length));
  for (const [index, { date }] of digits.entries())
    dates.setBigInt64(8 * index, BigInt(Math.round(date)), true);
  const n = digits.length;
  return zipped(
    new Map([
      ["images.npy", npyOf("|u1", [n, SIDE, SIDE], images)],
      ["labels.npy", npyOf("|u1", [n], labels)],
      ["dates.npy", npyOf("<i8", [n], new Uint8Array(dates.buffer))],
    ]),
  );
}

/**
 * Read such a file, also one that NumPy wrote.
 *
 * @throws NoKeptDigits
 */
export async function digitsIn(file: Bytes): Promise<KeptDigit[]> {
  const files = await unzipped(file, MAX_BYTES).catch((error) => {
    throw error instanceof DamagedArchive ? new NoKeptDigits("damaged") : error;
  });
  const [images, labels, dates] = ["images", "labels", "dates"].map((name) =>
    arrayIn(files.get(`${name}.npy`)),
  );
  const n = labels?.shape[0] ?? 0;
  const isRight =
    images?.type === "|u1" &&
    labels?.type === "|u1" &&
    String(images.shape) === String([n, SIDE, SIDE]) &&
    labels.shape.length === 1 &&
    images.values.length === n * PIXELS &&
    labels.values.length === n &&
    n > 0 &&
    labels.values.every((label) => label < 10);
  if (!images || !labels || !isRight) throw new NoKeptDigits("arrays");
  if (n > MAX_EXAMPLES) throw new NoKeptDigits("many");
  const times =
    dates?.type === "<i8" && dates.values.length === 8 * n ? new DataView(dates.values.slice().buffer) : null;
  return Array.from(labels.values, (label, index) => ({
    image: images.values.slice(index * PIXELS, (index + 1) * PIXELS),
    label,
    date: times ? Number(times.getBigInt64(8 * index, true)) : 0,
  }));
}

/** NumPy's format 1.0: a magic string, the version, the length of the header, the header, the values by rows. */
function npyOf(type: string, shape: readonly number[], values: Bytes): Bytes {
  const written = `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;
  const header = `{'descr': '${type}', 'fortran_order': False, 'shape': ${written}, }`;
  const bare = MAGIC.length + 4 + header.length + 1;
  const padded = `${header}${" ".repeat((ALIGNED - (bare % ALIGNED)) % ALIGNED)}\n`;
  const start = Uint8Array.from([...MAGIC, 1, 0, padded.length & 255, padded.length >> 8]);
  return joined([start, new TextEncoder().encode(padded), values]);
}

interface Values {
  type: string;
  shape: number[];
  values: Bytes;
}

/** Null if it is not an array of a supported kind. */
function arrayIn(file: Bytes | undefined): Values | null {
  if (!file || MAGIC.some((byte, index) => file[index] !== byte)) return null;
  const isFirst = file[6] === 1;
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  if (file.length < 12) return null;
  const [from, length] = isFirst ? [10, view.getUint16(8, true)] : [12, view.getUint32(8, true)];
  const header = new TextDecoder("latin1").decode(file.subarray(from, from + length));
  const match = /'descr': '([^']+)', 'fortran_order': False, 'shape': \(([\d, ]*)\)/.exec(header);
  if (!match) return null;
  const shape = (match[2] ?? "").split(",").filter((axis) => axis.trim());
  return { type: match[1] ?? "", shape: shape.map(Number), values: file.subarray(from + length) as Bytes };
}

/** A file that is no archive of this kind, is damaged, or holds more than it may. */
class DamagedArchive extends Error {}

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
async function unzipped(archive: Bytes, largest: number): Promise<Map<string, Bytes>> {
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
