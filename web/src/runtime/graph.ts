/**
 * A packed model becomes its graph, its weights and its card.
 *
 * Packed (by `build/pack.ts`, from an .onnx file): the length of a JSON header in bytes (uint32), the header, all
 * weights of vectors as float32, their lowest bytes first, then all their second ones, and so on; then the weights of
 * matrices at half precision: all their upper bytes, then all their lower ones. Bytes that are alike compress well.
 * Little-endian. At half precision a model takes half the space
 * and reads as well; biases and normalisation, which are few, keep all their digits.
 */
import { DETECT, DETECT_LINES } from "../generated/tasks";
import { fromHalf } from "./half";

/** A node of an ONNX graph; "" stands for an input that is left out. */
export interface Node {
  op: string;
  inputs: string[];
  outputs: string[];
  attributes: Record<string, number | string | number[]>;
}

export interface Tensor {
  dims: number[];
  values: Float32Array;
}

/** A model's description of itself; see `shuzi.models.card`. */
export interface Card {
  name: string;
  task: string;
  weights: string;
  parameters: number;
  recipe: Record<string, unknown>;
  scores: Record<string, { accuracy: number; n: number; interval: [number, number] }>;
  thresholds: Record<string, number>;
  calibration: { partners: Record<string, string>; numbers: Record<string, number> } | null;
}

export interface Header {
  card: Card;
  /** The size of the .onnx file in bytes. */
  bytes: number;
  nodes: Node[];
  /** The names of the graph's outputs. */
  outputs: string[];
  tensors: { name: string; dims: number[] }[];
}

export interface Graph extends Omit<Header, "tensors"> {
  tensors: Map<string, Tensor>;
}

/**
 * Whether a tensor is stored at half precision: matrices and kernels, but not those of a detector, whose boxes would
 * move by hundredths of a pixel, and with them now and then the edge of what is cut out; nor those of a line detector,
 * of whose cells some would be on the other side of the threshold, which moves the end of a line by a whole one.
 */
export function isHalf(dims: readonly number[], { task }: Pick<Card, "task">): boolean {
  return dims.length > 1 && task !== DETECT && task !== DETECT_LINES;
}

function sizeOf(dims: readonly number[]): number {
  return dims.reduce((product, size) => product * size, 1);
}

/** @throws Error if the content is cut off or has no header */
export function unpack(content: Uint8Array<ArrayBuffer>): Graph {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const start = 4 + view.getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(content.subarray(4, start))) as Header;
  const halves = header.tensors.reduce(
    (sum, { dims }) => sum + (isHalf(dims, header.card) ? sizeOf(dims) : 0),
    0,
  );
  const wholes = header.tensors.reduce(
    (sum, { dims }) => sum + (isHalf(dims, header.card) ? 0 : sizeOf(dims)),
    0,
  );
  if (content.length !== start + 4 * wholes + 2 * halves) throw new Error("the model is cut off");
  const upper = content.subarray(start + 4 * wholes, start + 4 * wholes + halves);
  const lower = content.subarray(start + 4 * wholes + halves);
  const tensors = new Map<string, Tensor>();
  let [whole, half] = [0, 0];
  for (const { name, dims } of header.tensors) {
    const size = sizeOf(dims);
    let values: Float32Array;
    if (isHalf(dims, header.card)) {
      values = fromHalf(upper.subarray(half, half + size), lower.subarray(half, half + size));
      half += size;
    } else {
      const bytes = new Uint8Array(4 * size);
      for (let index = 0; index < bytes.length; index++)
        bytes[index] = content[start + (index % 4) * wholes + whole + (index >> 2)] as number;
      // the memory of WebAssembly is little-endian, and so is every machine that has it
      values = new Float32Array(bytes.buffer);
      whole += size;
    }
    tensors.set(name, { dims, values });
  }
  return { ...header, tensors };
}
