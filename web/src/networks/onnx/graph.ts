/** A network becomes an ONNX graph: the nodes and names that src/shuzi/training/export writes for the same network. */
import { CLASSES } from "../../data/image";
import {
  ATTRIBUTE,
  ATTRIBUTE_TYPE,
  DATA_TYPE,
  DIMENSION,
  GRAPH,
  NODE,
  SHAPE,
  TENSOR,
  TENSOR_TYPE,
  TYPE,
  VALUE,
} from "../../generated/onnx";
import { joined } from "../../shared/files/bytes";
import { Convolution } from "../layers/convolution";
import { Dense } from "../layers/dense";
import type { Weight } from "../layers/layer";
import { Pooling } from "../layers/pooling";
import type { Network } from "../network";
import { type Bytes, bytes, fraction, integer, message, text } from "./protobuf";

/** Attributes whose numbers are fractions, even where one is whole. */
const FRACTIONS = ["epsilon"];

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
        text(NODE.op_type, operation),
        ...Object.entries(attributes).map(([key, value]) => attribute(key, value)),
      ]),
    );
    return made;
  }

  constant(name: string, sides: readonly number[], values: Float32Array): string {
    this.#constants.push(tensor(name, sides, values));
    return name;
  }

  whole(name: string, values: readonly number[]): string {
    this.#constants.push(tensor(name, [values.length], values, true));
    return name;
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

export function attribute(name: string, value: Attributes[string]): Bytes {
  const fields = [text(ATTRIBUTE.name, name)];
  if (typeof value === "string")
    fields.push(text(ATTRIBUTE.s, value), integer(ATTRIBUTE.type, ATTRIBUTE_TYPE.STRING));
  else if (typeof value === "object")
    fields.push(
      ...value.map((element) => integer(ATTRIBUTE.ints, element)),
      integer(ATTRIBUTE.type, ATTRIBUTE_TYPE.INTS),
    );
  else if (FRACTIONS.includes(name))
    fields.push(fraction(ATTRIBUTE.f, value), integer(ATTRIBUTE.type, ATTRIBUTE_TYPE.FLOAT));
  else fields.push(integer(ATTRIBUTE.i, value), integer(ATTRIBUTE.type, ATTRIBUTE_TYPE.INT));
  return message(NODE.attribute, fields);
}

/** Weights of a graph, as float32 or as 64-bit whole numbers. */
export function tensor(
  name: string,
  sides: readonly number[],
  values: ArrayLike<number>,
  isWhole = false,
): Bytes {
  const { buffer } = isWhole ? BigInt64Array.from(Array.from(values, BigInt)) : Float32Array.from(values);
  return message(GRAPH.initializer, [
    ...sides.map((side) => integer(TENSOR.dims, side)),
    integer(TENSOR.data_type, isWhole ? DATA_TYPE.INT64 : DATA_TYPE.FLOAT),
    text(TENSOR.name, name),
    bytes(TENSOR.raw_data, new Uint8Array(buffer)),
  ]);
}

/** The name, type and shape of an input or output. */
export function value(name: string, sides: readonly (number | string)[]): Bytes[] {
  const shape = sides.map((side) =>
    message(SHAPE.dim, [
      typeof side === "number" ? integer(DIMENSION.dim_value, side) : text(DIMENSION.dim_param, side),
    ]),
  );
  const fields = [integer(TENSOR_TYPE.elem_type, DATA_TYPE.FLOAT), message(TENSOR_TYPE.shape, shape)];
  return [text(VALUE.name, name), message(VALUE.type, [message(TYPE.tensor_type, fields)])];
}
