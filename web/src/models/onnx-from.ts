/**
 * A model as the page holds it becomes an .onnx file again: its graph, its card, and its weights as they are here, most
 * of them at half precision. So the card gets the SHA-256 of this graph.
 */
import { GRAPH, NODE } from "../generated/onnx";
import { attribute, type Bytes, message, modelOf, tensor, text, value } from "../networks/onnx";
import { sha256 } from "../networks/sha256";
import type { Graph, Node } from "../runtime/graph";
import { joined } from "../shared/files";

/** Operations whose second input is a list of whole numbers: a shape, or axes. */
const WHOLE = ["Reshape", "Unsqueeze", "Squeeze"];
/** The graph's names of the sides that the card gives as parts of the picture's. */
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
    ...[...graph.tensors].map(([name, { dims, values }]) => tensor(name, dims, values, whole.has(name))),
    message(GRAPH.input, value(card.input.name, card.input.shape)),
    ...card.outputs.map(({ name, shape }) => message(GRAPH.output, value(name, shape.map(named)))),
  ]);
  return Uint8Array.from(modelOf(content, JSON.stringify({ ...card, weights: sha256(content) })));
}

function named(side: number | string): number | string {
  return typeof side === "string" && side.includes("/") ? (SIDES[side.charAt(0)] ?? side) : side;
}

function node({ op, inputs, outputs, attributes }: Node): Bytes[] {
  return [
    ...inputs.map((name) => text(NODE.input, name)),
    ...outputs.map((name) => text(NODE.output, name)),
    text(NODE.op_type, op),
    ...Object.entries(attributes).map(([name, content]) => attribute(name, content)),
  ];
}
