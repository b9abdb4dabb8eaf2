/** Kept digits as the .npz file that `shuzi train --data` and `shuzi read --hand` take, and back. */
import { PIXELS } from "../data/image";
import { SIDE } from "../generated/ink/normalize";
import { LARGEST, MOST_EXAMPLES } from "../generated/limits";
import { type Bytes, joined } from "../shared/files/bytes";
import { DamagedArchive, unzipped, zipped } from "./zip";

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
  const files = await unzipped(file, LARGEST).catch((error) => {
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
  if (n > MOST_EXAMPLES) throw new NoKeptDigits("many");
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
