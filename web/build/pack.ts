/** An .onnx file becomes the packed model that the page loads; `src/runtime/graph.ts` describes the format. */
import { DETECT_LINES } from "../src/generated/tasks";
import { type Header, isHalf } from "../src/runtime/graph";
import { toHalf } from "../src/runtime/half";
import { readOnnx } from "../src/runtime/onnx";

/** Of the power of two above a matrix's largest weight: the smallest step of its weights, as a power of two. */
const FINEST = 13;
/** Significant bits of a line detector's weights: its maps are the same to the level, and it is a fifth smaller. */
const BITS = 16;

export function pack(onnx: Uint8Array): Uint8Array<ArrayBuffer> {
  const { card, nodes, outputs, tensors } = readOnnx(onnx);
  const header: Header = {
    card,
    bytes: onnx.length,
    nodes,
    outputs,
    tensors: tensors.map(({ name, dims }) => ({ name, dims })),
  };
  const json = new TextEncoder().encode(JSON.stringify(header));
  const wholes = tensors
    .filter(({ dims }) => !isHalf(dims, card))
    .flatMap(({ dims, values }) =>
      card.task === DETECT_LINES && dims.length > 1 ? Array.from(values, shortened) : [...values],
    );
  const halves = tensors
    .filter(({ dims }) => isHalf(dims, card))
    .flatMap(({ values }) => rounded(values).map(toHalf));
  const start = 4 + json.length;
  const content = new Uint8Array(start + 4 * wholes.length + 2 * halves.length);
  const view = new DataView(content.buffer);
  view.setUint32(0, json.length, true);
  content.set(json, 4);
  const bytes = new Uint8Array(Float32Array.from(wholes).buffer);
  for (const [index, byte] of bytes.entries())
    content[start + (index % 4) * wholes.length + (index >> 2)] = byte;
  const upper = start + 4 * wholes.length;
  for (const [place, half] of halves.entries()) {
    content[upper + place] = half >> 8;
    content[upper + halves.length + place] = half & 255;
  }
  return content;
}

/** The nearest number with fewer bits, of which the lowest byte is 0 and takes no room. */
function shortened(value: number): number {
  const step = 2 ** (Math.floor(Math.log2(Math.abs(value) || 1)) + 1 - BITS);
  return Math.round(value / step) * step;
}

/** Give small weights no more digits than large ones have: a twentieth less to load, which no reading shows. */
function rounded(values: Float32Array): number[] {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const step = 2 ** (Math.ceil(Math.log2(largest || 1)) - FINEST);
  return Array.from(values, (value) => Math.round(value / step) * step);
}
