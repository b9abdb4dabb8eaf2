/** A graph becomes a network that can be run: layers in order, with what follows a layer merged into it. */
import type { Graph, Node, Tensor } from "./graph";
import * as layers from "./layers";
import { type Finish, type Kernel, kernelOf, type Maps, type Window } from "./layers";
import { Memory } from "./memory";

/** An output of a network: n rows of height * width pixels with all channels each. */
export interface Output {
  values: Float32Array;
  height: number;
  width: number;
  channels: number;
}

interface Step {
  inputs: string[];
  output: string;
  run(...inputs: Maps[]): Maps;
}

const PLAIN: Finish = { scale: null, shift: null, low: Number.NEGATIVE_INFINITY };

type Layer = (memory: Memory, images: readonly Maps[]) => Maps;

function ofOne(layer: (memory: Memory, image: Maps) => Maps): Layer {
  return (memory, images) => layer(memory, images[0] as Maps);
}

/** The layers without weights. */
const LAYERS: Record<string, Layer> = {
  Sum: (memory, images) => layers.sum(memory, images, 1),
  Mean: (memory, images) => layers.sum(memory, images, 1 / images.length),
  Concat: layers.concatenate,
  Sigmoid: ofOne(layers.sigmoid),
  Softmax: ofOne((memory, image) => layers.softmax(memory, image, false)),
  LogSoftmax: ofOne((memory, image) => layers.softmax(memory, image, true)),
};

export class Network {
  readonly #memory = new Memory();
  readonly #graph: Graph;
  readonly #uses = new Map<string, Node[]>();
  readonly #steps: Step[] = [];
  /** Names that are the same value: their nodes change only how it is laid out. */
  readonly #same = new Map<string, string>();

  /** @throws Error if the graph has a node that this runtime does not know */
  constructor(graph: Graph) {
    this.#graph = graph;
    for (const node of graph.nodes)
      for (const name of node.inputs) this.#uses.set(name, [...(this.#uses.get(name) ?? []), node]);
    const merged = new Set<Node>();
    for (const node of graph.nodes) if (!merged.has(node)) this.#add(node, merged);
  }

  /**
   * Run it on grey images of one size.
   *
   * @param images n * height * width pixels, 0 to 255
   * @param wanted the names of the outputs to compute
   */
  run(
    images: Uint8Array,
    { n, height, width }: { n: number; height: number; width: number },
    wanted: readonly string[],
  ): Output[] {
    const needed = this.#needed(wanted);
    const left = new Map<string, number>();
    for (const step of needed) for (const name of step.inputs) left.set(name, (left.get(name) ?? 0) + 1);
    const input = layers.roomFor(this.#memory, 1, n, height, width);
    this.#memory.floats.set(images, input.at / 4);
    const values = new Map<string, Maps>([["images", input]]);
    for (const step of needed) {
      values.set(step.output, step.run(...step.inputs.map((name) => outputNamed(values, name))));
      for (const name of step.inputs) {
        const uses = (left.get(name) ?? 0) - 1;
        left.set(name, uses);
        if (uses === 0 && !wanted.includes(name)) this.#drop(values, name);
      }
    }
    const outputs = wanted.map((name) => this.#output(outputNamed(values, this.#source(name))));
    for (const name of values.keys()) this.#drop(values, name);
    return outputs;
  }

  #drop(values: Map<string, Maps>, name: string): void {
    const value = values.get(name);
    if (value) this.#memory.give(value.at);
    values.delete(name);
  }

  #needed(wanted: readonly string[]): Step[] {
    const names = new Set(wanted.map((name) => this.#source(name)));
    const needed = this.#steps.toReversed().filter(({ inputs, output }) => {
      if (!names.has(output)) return false;
      for (const name of inputs) names.add(name);
      return true;
    });
    return needed.reverse();
  }

  /** Channel after channel becomes pixel after pixel. */
  #output({ at, channels, n, height, width, stride }: Maps): Output {
    const { floats } = this.#memory;
    const pixels = n * height * width;
    const values = new Float32Array(pixels * channels);
    for (let channel = 0; channel < channels; channel++)
      for (let pixel = 0; pixel < pixels; pixel++)
        values[pixel * channels + channel] = floats[at / 4 + channel * stride + pixel] as number;
    return { values, height, width, channels };
  }

  #source(name: string): string {
    const same = this.#same.get(name);
    return same === undefined ? name : this.#source(same);
  }

  #constant(name: string | undefined): Tensor {
    const tensor = this.#graph.tensors.get(name ?? "");
    if (!tensor) throw new Error(`the graph has no weights called ${name}`);
    return tensor;
  }

  #add(node: Node, merged: Set<Node>): void {
    const memory = this.#memory;
    const step = (run: Step["run"], output = node.outputs[0] ?? "") => {
      const inputs = node.inputs.filter((name) => name && !this.#graph.tensors.has(name));
      this.#steps.push({ inputs: inputs.map((name) => this.#source(name)), output, run });
    };
    switch (node.op) {
      // all values are laid out in one way, whatever the graph calls their dimensions
      case "Reshape":
      case "Flatten":
      case "Transpose":
      case "Squeeze":
      case "Unsqueeze":
        this.#same.set(node.outputs[0] ?? "", node.inputs[0] ?? "");
        return;
      case "Conv":
      case "MatMul": {
        const { finish, output } = this.#finish(node, merged);
        step(node.op === "Conv" ? this.#convolution(node, finish) : this.#product(node, finish), output);
        return;
      }
      case "MaxPool": {
        const { finish, output } = this.#finish(node, merged);
        step((image) => layers.maxPool(memory, image, finish), output);
        return;
      }
      case "Resize":
        this.#checkDoubles(node);
        step((image) => layers.doubled(memory, image));
        return;
      case "Mul":
      case "Add":
      case "BatchNormalization":
      case "Relu": {
        if (node.op === "Add" && !this.#isOfChannels(node)) {
          step((...images) => layers.sum(memory, images, 1));
          return;
        }
        const { finish, output } = this.#finish(node, merged, this.#ending(node, PLAIN));
        step((image) => layers.finished(memory, image, finish), output);
        return;
      }
      default: {
        const layer = LAYERS[node.op];
        if (!layer) throw new Error(`the graph has a node ${node.op}, which is not known`);
        step((...images) => layer(memory, images));
      }
    }
  }

  /** Merge what follows a node, as long as nothing else needs what is in between. */
  #finish(node: Node, merged: Set<Node>, finish = PLAIN): { finish: Finish; output: string } {
    const output = node.outputs[0] ?? "";
    const next = this.#uses.get(output) ?? [];
    const [only] = next;
    if (!only || next.length > 1 || this.#graph.outputs.includes(output) || finish.low === 0)
      return { finish, output };
    if (!["Mul", "Add", "BatchNormalization", "Relu"].includes(only.op) || !this.#isOfChannels(only))
      return { finish, output };
    merged.add(only);
    return this.#finish(only, merged, this.#ending(only, finish));
  }

  /** Whether a node does the same to each channel of a single value: all else that it takes are weights. */
  #isOfChannels({ inputs }: Node): boolean {
    return inputs.slice(1).every((name) => this.#graph.tensors.has(name));
  }

  /** @throws Error if a node does anything but repeat each pixel in a square of two by two */
  #checkDoubles({ inputs, attributes }: Node): void {
    const { mode, nearest_mode: nearest, coordinate_transformation_mode: coordinates } = attributes;
    const scales = [...this.#constant(inputs[2]).values];
    const isNearest = mode === "nearest" && nearest === "floor" && coordinates === "asymmetric";
    if (!isNearest || inputs.length !== 3 || scales.join() !== "1,1,2,2")
      throw new Error(
        `the graph resizes by ${scales} (${mode}, ${nearest}, ${coordinates}), which is not known`,
      );
  }

  /** Add a node's operation to those before it, channel by channel. */
  #ending(node: Node, { scale, shift }: Finish): Finish {
    if (node.op === "Relu") return { scale, shift, low: 0 };
    const operand = this.#constant(node.inputs[1]).values;
    const times = (
      by: (channel: number) => number,
      plus: (channel: number) => number,
      size: number,
    ): Finish => {
      const count = Math.max(size, scale?.length ?? 1, shift?.length ?? 1);
      const made = (value: (channel: number) => number) => {
        const values = new Float32Array(count);
        for (let c = 0; c < count; c++) values[c] = value(c);
        return values;
      };
      return {
        scale: made((c) => at(scale, c, 1) * by(c)),
        shift: made((c) => at(shift, c, 0) * by(c) + plus(c)),
        low: Number.NEGATIVE_INFINITY,
      };
    };
    if (node.op === "Mul")
      return times(
        (c) => at(operand, c, 1),
        () => 0,
        operand.length,
      );
    if (node.op === "Add")
      return times(
        () => 1,
        (c) => at(operand, c, 0),
        operand.length,
      );
    const [gamma, beta, mean, variance] = node.inputs.slice(1).map((name) => this.#constant(name).values);
    const epsilon = Number(node.attributes.epsilon);
    const by = (c: number) => at(gamma, c, 1) / Math.sqrt(at(variance, c, 1) + epsilon);
    return times(by, (c) => at(beta, c, 0) - at(mean, c, 0) * by(c), operand.length);
  }

  #convolution(node: Node, finish: Finish): Step["run"] {
    const { dims, values } = this.#constant(node.inputs[1]);
    const [channels, inputs, height, width] = dims as [number, number, number, number];
    const bias = node.inputs[2] ? this.#constant(node.inputs[2]).values : null;
    const apart = { channel: inputs * height * width, input: height * width, y: width, x: 1 };
    const whole: Finish = {
      ...finish,
      shift: Float32Array.from(
        { length: channels },
        (_, c) => at(bias, c, 0) * at(finish.scale, c, 1) + at(finish.shift, c, 0),
      ),
    };
    const kernel = kernelOf(
      this.#memory,
      { channels, inputs, height, width },
      values,
      apart,
      spread(whole, channels),
    );
    const window = (image: Maps) => windowOf(node, [height, width], [image.height, image.width]);
    return (image) => layers.convolve(this.#memory, image, kernel, window(image), finish.low);
  }

  /** A dense layer is a convolution whose window is the whole image. */
  #product(node: Node, finish: Finish): Step["run"] {
    const { dims, values } = this.#constant(node.inputs[1]);
    const [terms, channels] = dims as [number, number];
    let kernel: Kernel | null = null;
    return (image) => {
      const { channels: inputs, height, width } = image;
      if (inputs * height * width !== terms) throw new Error(`${terms} numbers are needed for each image`);
      // the graph flattens pixel after pixel, as Keras does
      const x = inputs * channels;
      const apart = { channel: 1, input: channels, y: width * x, x };
      kernel ??= kernelOf(
        this.#memory,
        { channels, inputs, height, width },
        values,
        apart,
        spread(finish, channels),
      );
      const window: Window = { strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0] };
      return layers.convolve(this.#memory, image, kernel, window, finish.low);
    };
  }
}

function outputNamed(values: Map<string, Maps>, name: string): Maps {
  const value = values.get(name);
  if (!value) throw new Error(`the graph has no output ${name}`);
  return value;
}

/** The number for a channel; a single one is for all. */
function at(numbers: Float32Array | null | undefined, channel: number, otherwise: number): number {
  if (!numbers) return otherwise;
  return (numbers.length === 1 ? numbers[0] : numbers[channel]) ?? otherwise;
}

function spread({ scale, shift, low }: Finish, channels: number): Finish {
  const whole = (numbers: Float32Array | null, otherwise: number) =>
    Float32Array.from({ length: channels }, (_, channel) => at(numbers, channel, otherwise));
  return { scale: whole(scale, 1), shift: whole(shift, 0), low };
}

/** Where the window of a convolution goes, as ONNX defines it. */
function windowOf({ attributes }: Node, kernel: [number, number], image: [number, number]): Window {
  const pair = (value: unknown) => (Array.isArray(value) ? value : [1, 1]) as [number, number];
  const [strides, dilations] = [pair(attributes.strides), pair(attributes.dilations)];
  if (Array.isArray(attributes.pads))
    return { strides, dilations, pads: attributes.pads as [number, number, number, number] };
  if (attributes.auto_pad !== "SAME_UPPER") return { strides, dilations, pads: [0, 0, 0, 0] };
  const missing = ([0, 1] as const).map((side) => {
    const covered = (Math.ceil(image[side] / strides[side]) - 1) * strides[side];
    return Math.max(covered + dilations[side] * (kernel[side] - 1) + 1 - image[side], 0);
  });
  const [down = 0, across = 0] = missing;
  const [top, left] = [down >> 1, across >> 1];
  return { strides, dilations, pads: [top, left, down - top, across - left] };
}
