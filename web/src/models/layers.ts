/** Derive the stages to draw from a model's graph: the operation and the output size of each. */
import type { Graph, Node } from "../runtime/graph";

type Kind = "convolution" | "pooling" | "dense";

/** The size of a layer's output: feature maps, or a row of numbers where height and width are 1. */
export interface Size {
  height: number;
  width: number;
  channels: number;
}

export interface Part extends Size {
  /** Such as "5x5"; "" without a window. */
  window: string;
  /** The number of identical layers side by side. */
  times: number;
}

/** Layers side by side, since a network may have several columns or outputs. */
export interface Stage {
  kind: Kind;
  layers: Part[];
}

/** The picture that a classifier takes. */
export const INPUT: Size = { height: 28, width: 28, channels: 1 };

const KINDS: Record<string, Kind> = {
  Conv: "convolution",
  MaxPool: "pooling",
  MatMul: "dense",
};

/** The stages in order: each layer stands as far on as the longest way to it has layers. */
export function stagesOf(graph: Graph): Stage[] {
  const reached = new Map<string, { size: Size; depth: number }>([["images", { size: INPUT, depth: 0 }]]);
  const stages: Stage[] = [];
  for (const node of graph.nodes) {
    const from = node.inputs.flatMap((name) => reached.get(name) ?? []);
    const deepest = from.reduce((most, source) => (source.depth > most.depth ? source : most), {
      size: INPUT,
      depth: 0,
    });
    const kind = KINDS[node.op];
    const size = kind ? sizeAfter(node, deepest.size, graph) : deepest.size;
    const depth = deepest.depth + (kind ? 1 : 0);
    for (const name of node.outputs) reached.set(name, { size, depth });
    if (!kind) continue;
    stages[depth - 1] ??= { kind, layers: [] };
    add(stages[depth - 1]?.layers ?? [], { ...size, window: windowOf(node, graph), times: 1 });
  }
  return stages;
}

function add(layers: Part[], part: Part): void {
  const same = layers.find(
    ({ height, width, channels, window }) =>
      height === part.height && width === part.width && channels === part.channels && window === part.window,
  );
  if (same) same.times++;
  else layers.push(part);
}

function sizeAfter(node: Node, size: Size, graph: Graph): Size {
  const weights = graph.tensors.get(node.inputs[1] ?? "")?.dims ?? [];
  if (node.op === "MatMul") return { height: 1, width: 1, channels: weights[1] ?? 1 };
  const [rows = 1, columns = 1] =
    node.op === "Conv" ? weights.slice(2) : numbers(node, "kernel_shape", [1, 1]);
  const side = (axis: 0 | 1, length: number, window: number) => {
    const stride = numbers(node, "strides", [1, 1])[axis] ?? 1;
    const dilation = numbers(node, "dilations", [1, 1])[axis] ?? 1;
    const pads = numbers(node, "pads", [0, 0, 0, 0]);
    if (node.attributes.auto_pad === "SAME_UPPER") return Math.ceil(length / stride);
    const padded = length + (pads[axis] ?? 0) + (pads[axis + 2] ?? 0);
    return Math.floor((padded - dilation * (window - 1) - 1) / stride) + 1;
  };
  return {
    height: side(0, size.height, rows),
    width: side(1, size.width, columns),
    channels: node.op === "Conv" ? (weights[0] ?? 1) : size.channels,
  };
}

function windowOf(node: Node, graph: Graph): string {
  if (node.op === "Conv")
    return (
      graph.tensors
        .get(node.inputs[1] ?? "")
        ?.dims.slice(2)
        .join("x") ?? ""
    );
  return node.op === "MaxPool" ? numbers(node, "kernel_shape", []).join("x") : "";
}

function numbers(node: Node, name: string, usual: number[]): number[] {
  const value = node.attributes[name];
  return Array.isArray(value) ? value : usual;
}
