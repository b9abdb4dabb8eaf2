/**
 * A model as the page holds it becomes an .onnx file again: its graph, its card, and its weights as they are here, most
 * of them at half precision. So the card gets the SHA-256 of this graph.
 */

import { ATTRIBUTE, ATTRIBUTE_TYPE, GRAPH, NODE, TENSOR, value } from "../../networks/onnx/graph";
import { type Bytes, bytes, fraction, integer, joined, message, text } from "../../networks/onnx/protobuf";
import { sha256 } from "../../networks/onnx/sha256";
import { modelOf } from "../../networks/onnx/write";
import type { Graph, Node } from "../../runtime/graph";

const [FLOAT, INT64] = [1, 7];
/** Operations whose second input is a list of whole numbers: a shape, or axes. */
const WHOLE = ["Reshape", "Unsqueeze", "Squeeze"];
const FRACTIONS = ["epsilon"];
/** What the graph calls a side of which the card says that it is a part of the picture's. */
const SIDES: Record<string, string> = { h: "rows", w: "columns" };

interface Tensor {
  name: string;
  shape: (number | string)[];
}

export function onnxFrom(graph: Graph): Uint8Array<ArrayBuffer> {
  const card = graph.card as Graph["card"] & { input: Tensor; outputs: Tensor[] };
  const whole = new Set(
    graph.nodes.filter(({ op }) => WHOLE.includes(op)).map(({ inputs }) => inputs[1] ?? ""),
  );
  const content = joined([
    ...graph.nodes.map((graphNode) => message(GRAPH.node, node(graphNode))),
    text(GRAPH.name, card.name),
    ...[...graph.tensors].map(([name, { dims, values }]) =>
      message(GRAPH.constant, [
        ...dims.map((side) => integer(TENSOR.sides, side)),
        integer(TENSOR.type, whole.has(name) ? INT64 : FLOAT),
        text(TENSOR.name, name),
        bytes(TENSOR.data, whole.has(name) ? wholeNumbers(values) : new Uint8Array(values.slice().buffer)),
      ]),
    ),
    message(GRAPH.input, value(card.input.name, card.input.shape)),
    ...card.outputs.map(({ name, shape }) => message(GRAPH.output, value(name, shape.map(named)))),
  ]);
  return Uint8Array.from(modelOf(content, JSON.stringify({ ...card, weights: sha256(content) })));
}

function wholeNumbers(values: Float32Array): Uint8Array {
  return new Uint8Array(BigInt64Array.from(values, (element) => BigInt(element)).buffer);
}

function named(side: number | string): number | string {
  return typeof side === "string" && side.includes("/") ? (SIDES[side.charAt(0)] ?? side) : side;
}

function node({ op, inputs, outputs, attributes }: Node): Bytes[] {
  return [
    ...inputs.map((name) => text(NODE.input, name)),
    ...outputs.map((name) => text(NODE.output, name)),
    text(NODE.operation, op),
    ...Object.entries(attributes).map(([name, content]) => message(NODE.attribute, attribute(name, content))),
  ];
}

function attribute(name: string, content: number | string | number[]): Bytes[] {
  const fields = [text(ATTRIBUTE.name, name)];
  if (typeof content === "string")
    return [...fields, text(ATTRIBUTE.text, content), integer(ATTRIBUTE.type, ATTRIBUTE_TYPE.text)];
  if (Array.isArray(content)) {
    const all = content.map((element) => integer(ATTRIBUTE.numbers, element));
    return [...fields, ...all, integer(ATTRIBUTE.type, ATTRIBUTE_TYPE.numbers)];
  }
  if (FRACTIONS.includes(name))
    return [
      ...fields,
      fraction(ATTRIBUTE.fraction, content),
      integer(ATTRIBUTE.type, ATTRIBUTE_TYPE.fraction),
    ];
  return [...fields, integer(ATTRIBUTE.integer, content), integer(ATTRIBUTE.type, ATTRIBUTE_TYPE.integer)];
}
