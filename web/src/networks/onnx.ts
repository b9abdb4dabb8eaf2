/** A network becomes an ONNX graph: the nodes and names that src/shuzi/training/export writes for the same network. */
import { CLASSES } from "../data/image";
import { VERSION } from "../generated/ink/normalize";
import { IR, OPSET } from "../generated/networks";
import {
  ATTRIBUTE,
  ATTRIBUTE_TYPE,
  DATA_TYPE,
  DIMENSION,
  ENTRY,
  GRAPH,
  MODEL,
  NODE,
  OPSET_ID,
  SHAPE,
  TENSOR,
  TENSOR_TYPE,
  TYPE,
  VALUE,
} from "../generated/onnx";
import { CLASSIFY, UNSURE_BELOW } from "../generated/tasks";
import { FORMAT, MNIST_LICENCE, WRONG_AMONG_SURE, Z } from "../generated/training";
import { joined } from "../shared/files";
import { Convolution, Dense, Pooling, type Weight } from "./layers";
import { largestOf, type Network } from "./network";
import { type Settings, STANDARD } from "./settings";
import { sha256 } from "./sha256";
import type { Digits, Examined } from "./train";

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

const VARINT = 0;
const FOUR_BYTES = 5;
const WITH_LENGTH = 2;

/** A field or a message, encoded. */
export type Bytes = Uint8Array;

/** A whole number from 0 on. */
function integer(field: number, value: number): Bytes {
  return joined([varint(field * 8 + VARINT), varint(value)]);
}

/** A number as float32. */
export function fraction(field: number, value: number): Bytes {
  return joined([varint(field * 8 + FOUR_BYTES), new Uint8Array(Float32Array.of(value).buffer)]);
}

export function text(field: number, value: string): Bytes {
  return bytes(field, new TextEncoder().encode(value));
}

export function bytes(field: number, value: Uint8Array): Bytes {
  return joined([varint(field * 8 + WITH_LENGTH), varint(value.length), value]);
}

/** A message within a message. */
export function message(field: number, fields: readonly Bytes[]): Bytes {
  return bytes(field, joined(fields));
}

/** Seven bits in each byte, the lowest first; the eighth says that more follow. A negative number has 64 bits. */
function varint(value: number): Bytes {
  let rest = BigInt.asUintN(64, BigInt(value));
  const septets: number[] = [];
  for (; rest > 0x7fn; rest >>= 7n) septets.push(Number(rest & 0x7fn) | 0x80);
  return Uint8Array.of(...septets, Number(rest));
}

/** A finished run. */
interface Trained {
  network: Network;
  settings: Settings;
  /** The images it was trained on. */
  data: Digits;
  /** On the split that the settings name, and on the validation split. */
  judged: Examined;
  validated: Examined & { labels: Uint8Array };
}

/** All values of a recipe, as Python stores them in TOML and cards. */
function recipeOf(settings: Settings): Record<string, string | number> {
  const { images: _, ...recipe } = settings;
  return { format: FORMAT, name: settings.network, ...recipe };
}

function cardOf({ network, settings, data, judged, validated }: Trained, weights: string) {
  return {
    name: settings.network,
    task: CLASSIFY,
    input: { name: "images", shape: ["n", 28, 28], dtype: "float32", layout: "NHW", range: [0, 255] },
    outputs: [
      { name: "probabilities", shape: ["n", CLASSES], dtype: "float32", layout: "NC", range: [0, 1] },
    ],
    classes: Array.from({ length: CLASSES }, (_, digit) => String(digit)),
    data: [{ name: "mnist", sha256: hashesOf(data), licence: MNIST_LICENCE }],
    recipe: recipeOf(settings),
    seed: settings.seed,
    weights,
    scores: { [settings.judged_on]: scoreOf(judged) },
    command: commandOf(settings),
    parameters: network.parameters,
    versions: {},
    temperature: 1,
    thresholds: { [UNSURE_BELOW]: unsureBelow(validated.probabilities, validated.labels) },
    calibration: null,
    normalization: VERSION,
    licence: `Apache-2.0; learnt from MNIST (${MNIST_LICENCE})`,
    format: FORMAT,
  };
}

/** The command that trains the same network in Python; "" if there is none. */
function commandOf(settings: Settings): string {
  const { network, steps, batch_size, learning_rate, seed } = settings;
  const same = { ...STANDARD.softmax, steps, batch_size, learning_rate, seed };
  if (network !== "softmax" || JSON.stringify(same) !== JSON.stringify({ ...same, ...settings })) return "";
  const options = Object.entries({ steps, batch_size, learning_rate }).filter(
    ([name, value]) => value !== STANDARD.softmax[name as "steps"],
  );
  const written = options.map(([name, value]) => `--${name.replace("_", "-")} ${value}`);
  return ["shuzi train softmax", ...written, `--seed ${seed}`].join(" ");
}

/** Each array as an uncompressed IDX file. */
function hashesOf({ images, labels }: Digits): Record<string, string> {
  const head = (...words: number[]) => {
    const view = new DataView(new ArrayBuffer(4 * words.length));
    words.forEach((word, index) => {
      view.setUint32(4 * index, word);
    });
    return new Uint8Array(view.buffer);
  };
  const n = labels.length;
  return { images: sha256(head(0x803, n, 28, 28), images), labels: sha256(head(0x801, n), labels) };
}

/** The accuracy with its 95 % interval by Wilson (1927). */
function scoreOf({ accuracy, n }: Examined) {
  const spread = Z ** 2 / n;
  const middle = (accuracy + spread / 2) / (1 + spread);
  const half = Math.sqrt(accuracy * (1 - accuracy) * spread + spread ** 2 / 4) / (1 + spread);
  const interval = [
    Math.min(accuracy, Math.max(0, middle - half)),
    Math.max(accuracy, Math.min(1, middle + half)),
  ];
  return { accuracy, n, interval };
}

/** The probability above which at most one answer in a thousand is wrong; above 1 if there is none. */
function unsureBelow(probabilities: Float32Array, labels: Uint8Array): number {
  const answers = Array.from(labels, (label, image) => {
    const digit = largestOf(probabilities, image * CLASSES);
    return { sure: probabilities[image * CLASSES + digit] as number, wrong: digit !== label };
  });
  answers.sort((a, b) => b.sure - a.sure);
  let [wrong, threshold] = [0, 1 + 2 ** -52];
  answers.forEach((answer, index) => {
    wrong += Number(answer.wrong);
    // answers of equal probability count together
    const ends = answers[index + 1]?.sure !== answer.sure;
    if (ends && wrong <= WRONG_AMONG_SURE * (index + 1)) threshold = answer.sure;
  });
  return threshold;
}

/** A trained network becomes an .onnx file with its card, which `shuzi.load` and `shuzi evaluate` take. */
export function onnxOf(trained: Trained): Bytes {
  const graph = graphOf(trained.network, trained.settings.network);
  return modelOf(graph, JSON.stringify(cardOf(trained, sha256(graph))));
}

/** The file of a graph and its card, both encoded. */
export function modelOf(graph: Bytes, card: string): Bytes {
  return joined([
    integer(MODEL.ir_version, IR),
    text(MODEL.producer_name, "shuzi"),
    bytes(MODEL.graph, graph),
    message(MODEL.opset_import, [text(OPSET_ID.domain, ""), integer(OPSET_ID.version, OPSET)]),
    message(MODEL.metadata_props, [text(ENTRY.key, "shuzi.card"), text(ENTRY.value, card)]),
  ]);
}
