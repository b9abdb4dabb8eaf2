/**
 * An .onnx file becomes its graph, weights and card.
 *
 * ONNX files are protocol buffers (https://protobuf.dev/programming-guides/encoding), with the fields of
 * https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.
 */
import { ATTRIBUTE, DATA_TYPE, ENTRY, GRAPH, MODEL, NODE, TENSOR, VALUE } from "../generated/onnx";
import type { Card, Graph, Node } from "./graph";

interface OnnxModel {
  card: Card;
  nodes: Node[];
  outputs: string[];
  tensors: { name: string; dims: number[]; values: Float32Array }[];
}

/** A message: for each field's number, its values; numbers as bigint, everything else as bytes. */
type Message = Map<number, (bigint | Uint8Array)[]>;

/** @throws Error if it is no ONNX file of ours */
export function readOnnx(content: Uint8Array): OnnxModel {
  const model = message(content);
  const graph = message(bytes(model, MODEL.graph));
  const card = all(model, MODEL.metadata_props)
    .map(message)
    .find((entry) => text(entry, ENTRY.key) === "shuzi.card");
  if (!card) throw new Error("the model has no card");
  return {
    card: JSON.parse(text(card, ENTRY.value)) as Card,
    nodes: all(graph, GRAPH.node).map((encoded) => node(message(encoded))),
    outputs: all(graph, GRAPH.output).map((encoded) => text(message(encoded), VALUE.name)),
    tensors: all(graph, GRAPH.initializer)
      .map(message)
      .map((message) => ({
        name: text(message, TENSOR.name),
        dims: (message.get(TENSOR.dims) ?? []).flatMap((dim) =>
          typeof dim === "bigint" ? [Number(dim)] : numbers(dim),
        ),
        values: values(message),
      })),
  };
}

/**
 * The graph to run, with all digits of its weights.
 *
 * @throws Error if it is no ONNX file of ours
 */
export function graphOfOnnx(content: Uint8Array): Graph {
  const { tensors, ...rest } = readOnnx(content);
  const named = tensors.map(({ name, ...tensor }) => [name, tensor] as const);
  return { ...rest, bytes: content.length, tensors: new Map(named) };
}

function node(fields: Message): Node {
  const attributes: Node["attributes"] = {};
  for (const attribute of all(fields, NODE.attribute).map(message)) {
    const [whole] = attribute.get(ATTRIBUTE.i) ?? [];
    if (attribute.has(ATTRIBUTE.ints))
      attributes[text(attribute, ATTRIBUTE.name)] = (attribute.get(ATTRIBUTE.ints) ?? []).flatMap((n) =>
        typeof n === "bigint" ? [Number(n)] : numbers(n),
      );
    else if (attribute.has(ATTRIBUTE.s))
      attributes[text(attribute, ATTRIBUTE.name)] = text(attribute, ATTRIBUTE.s);
    else if (attribute.has(ATTRIBUTE.f))
      attributes[text(attribute, ATTRIBUTE.name)] = float(bytes(attribute, ATTRIBUTE.f));
    else if (whole !== undefined) attributes[text(attribute, ATTRIBUTE.name)] = Number(whole);
  }
  const names = (field: number) => all(fields, field).map((encoded) => new TextDecoder().decode(encoded));
  return {
    op: text(fields, NODE.op_type),
    inputs: names(NODE.input),
    outputs: names(NODE.output),
    attributes,
  };
}

function values(tensor: Message): Float32Array {
  const [kind] = tensor.get(TENSOR.data_type) ?? [];
  const raw = Uint8Array.from(bytes(tensor, TENSOR.raw_data)).buffer;
  if (Number(kind) === DATA_TYPE.FLOAT) return new Float32Array(raw);
  if (Number(kind) === DATA_TYPE.INT64) return Float32Array.from(new BigInt64Array(raw), Number);
  throw new Error(`weights of type ${kind} are not known`);
}

function message(content: Uint8Array): Message {
  const fields: Message = new Map();
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  let index = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = view.getUint8(index++);
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return BigInt.asIntN(64, value);
    }
  };
  const cut = (size: number) => {
    if (index + size > content.length) throw new Error("the file is cut off");
    index += size;
    return content.subarray(index - size, index);
  };
  while (index < content.length) {
    const key = Number(varint());
    const kind = key & 7;
    const value = kind === 0 ? varint() : cut(kind === 2 ? Number(varint()) : kind === 5 ? 4 : 8);
    fields.set(key >> 3, [...(fields.get(key >> 3) ?? []), value]);
  }
  return fields;
}

function all(message: Message, field: number): Uint8Array[] {
  return (message.get(field) ?? []).filter((value): value is Uint8Array => typeof value !== "bigint");
}

function bytes(message: Message, field: number): Uint8Array {
  return all(message, field)[0] ?? new Uint8Array();
}

function text(message: Message, field: number): string {
  return new TextDecoder().decode(bytes(message, field));
}

function float(content: Uint8Array): number {
  return new DataView(content.buffer, content.byteOffset, 4).getFloat32(0, true);
}

/** Several numbers packed into one field. */
function numbers(content: Uint8Array): number[] {
  const integers: number[] = [];
  let [value, shift] = [0, 1];
  for (const byte of content) {
    value += (byte & 127) * shift;
    shift *= 128;
    if (byte < 128) {
      integers.push(value);
      [value, shift] = [0, 1];
    }
  }
  return integers;
}
