/** A network becomes an ONNX graph: the nodes and names that src/shuzi/training/export writes for the same network. */
import { CLASSES } from "../../data/image";
import { Convolution } from "../layers/convolution";
import { Dense } from "../layers/dense";
import type { Weight } from "../layers/layer";
import { Pooling } from "../layers/pooling";
import type { Network } from "../network";
import { type Bytes, bytes, integer, joined, message, text } from "./protobuf";

const [FLOAT, INT64] = [1, 7];
// fields of messages, as onnx.proto numbers them
export const NODE = { input: 1, output: 2, name: 3, operation: 4, attribute: 5 };
export const ATTRIBUTE = { name: 1, fraction: 2, integer: 3, text: 4, numbers: 8, type: 20 };
export const ATTRIBUTE_TYPE = { fraction: 1, integer: 2, text: 3, numbers: 7 };
export const TENSOR = { sides: 1, type: 2, name: 8, data: 9 };
export const GRAPH = { node: 1, name: 2, constant: 5, input: 11, output: 12 };

type Attributes = Readonly<Record<string, number | string | readonly number[]>>;

/** The fields of a GraphProto. */
export function graphOf(network: Network, name: string): Bytes {
  const graph = new Graph();
  const picture = network.architecture.network === "small_convolutions";
  const { scale, offset } = network.scaling;
  let x = "images";
  x = picture
    ? graph.node("pixels", "Reshape", [x, graph.whole("pixels/shape", [-1, 1, 28, 28])])
    : graph.node("pixels", "Flatten", [x], { axis: 1 });
  x = graph.node("scale", "Mul", [x, graph.constant("scale/scale", [1], Float32Array.of(scale))]);
  if (offset)
    x = graph.node("scale", "Add", [x, graph.constant("scale/offset", [1], Float32Array.of(offset))]);
  const count = new Map<string, number>();
  let flat = !picture;
  for (const layer of network.layers) {
    const kind = layer instanceof Pooling ? "max_pooling2d" : "re_lu";
    const before = count.get(kind) ?? 0;
    const unnamed = before ? `${kind}_${before}` : kind;
    if (layer instanceof Convolution) {
      const [own, weights] = graph.weights(layer.weights);
      x = graph.node(own, "Conv", [x, ...weights], {
        strides: [1, 1],
        dilations: [1, 1],
        group: 1,
        auto_pad: "VALID",
      });
    } else if (layer instanceof Dense) {
      if (!flat) {
        x = graph.node("flatten", "Transpose", [x], { perm: [0, 2, 3, 1] });
        x = graph.node("flatten", "Flatten", [x], { axis: 1 });
        flat = true;
      }
      const [own, [kernel = "", bias = ""]] = graph.weights(layer.weights);
      x = graph.node(own, "MatMul", [x, kernel]);
      x = graph.node(own, "Add", [x, bias]);
    } else {
      count.set(kind, before + 1);
      const pooling = { kernel_shape: [2, 2], strides: [2, 2], auto_pad: "VALID" };
      x =
        layer instanceof Pooling
          ? graph.node(unnamed, "MaxPool", [x], pooling)
          : graph.node(unnamed, "Relu", [x]);
    }
  }
  graph.node("output", "Softmax", [x], { axis: -1 }, "probabilities");
  return graph.written(name);
}

class Graph {
  readonly #nodes: Bytes[] = [];
  readonly #constants: Bytes[] = [];

  /** Add a node of a layer, and return the name of its output. */
  node(
    layer: string,
    operation: string,
    inputs: readonly string[],
    attributes: Attributes = {},
    output?: string,
  ): string {
    const name = `${layer}/${operation.toLowerCase()}`;
    const made = output ?? `${name}:0`;
    this.#nodes.push(
      message(GRAPH.node, [
        ...inputs.map((input) => text(NODE.input, input)),
        text(NODE.output, made),
        text(NODE.name, name),
        text(NODE.operation, operation),
        ...Object.entries(attributes).map(([key, value]) => message(NODE.attribute, attribute(key, value))),
      ]),
    );
    return made;
  }

  constant(name: string, sides: readonly number[], values: Float32Array): string {
    return this.#tensor(name, sides, FLOAT, new Uint8Array(Float32Array.from(values).buffer));
  }

  whole(name: string, values: readonly number[]): string {
    return this.#tensor(
      name,
      [values.length],
      INT64,
      new Uint8Array(BigInt64Array.from(values, BigInt).buffer),
    );
  }

  /** Add a layer's weights, and return its name and theirs. */
  weights(weights: readonly Weight[]): [layer: string, names: string[]] {
    const layer = weights[0]?.name.split("/")[0] ?? "";
    return [
      layer,
      weights.map(({ name, shape, values }) => {
        if (shape.length !== 4) return this.constant(name, shape, values);
        const [rows = 0, columns = 0, came = 0, goes = 0] = shape;
        return this.constant(name, [goes, came, rows, columns], forOnnx(values, rows * columns, came, goes));
      }),
    ];
  }

  written(name: string): Bytes {
    return joined([
      ...this.#nodes,
      text(GRAPH.name, name),
      ...this.#constants,
      message(GRAPH.input, value("images", ["n", 28, 28])),
      message(GRAPH.output, value("probabilities", ["n", CLASSES])),
    ]);
  }

  #tensor(name: string, sides: readonly number[], type: number, data: Uint8Array): string {
    const fields = sides.map((side) => integer(TENSOR.sides, side));
    fields.push(integer(TENSOR.type, type), text(TENSOR.name, name), bytes(TENSOR.data, data));
    this.#constants.push(message(GRAPH.constant, fields));
    return name;
  }
}

/** A kernel as (out, in, window) instead of (window, in, out). */
function forOnnx(values: Float32Array, window: number, came: number, goes: number): Float32Array {
  const turned = new Float32Array(values.length);
  for (let index = 0; index < window; index++) {
    for (let from = 0; from < came; from++) {
      for (let to = 0; to < goes; to++) {
        turned[(to * came + from) * window + index] = values[(index * came + from) * goes + to] as number;
      }
    }
  }
  return turned;
}

function attribute(name: string, value: number | string | readonly number[]): Bytes[] {
  const kind = typeof value === "number" ? "integer" : typeof value === "string" ? "text" : "numbers";
  const fields =
    typeof value === "number"
      ? [integer(ATTRIBUTE.integer, value)]
      : typeof value === "string"
        ? [text(ATTRIBUTE.text, value)]
        : value.map((element) => integer(ATTRIBUTE.numbers, element));
  return [text(ATTRIBUTE.name, name), ...fields, integer(ATTRIBUTE.type, ATTRIBUTE_TYPE[kind])];
}

/** The name, type and shape of an input or output. */
export function value(name: string, sides: readonly (number | string)[]): Bytes[] {
  const shape = sides.map((side) =>
    message(1, [typeof side === "number" ? integer(1, side) : text(2, side)]),
  );
  return [text(1, name), message(2, [message(1, [integer(1, FLOAT), message(2, shape)])])];
}
