/** The networks that the page trains; src/shuzi/training/network.py builds the same ones in Keras. */

import { CLASSES } from "../data/image";
import { MEAN, SPREAD } from "../generated/networks";
import { Convolution } from "./layers/convolution";
import { Dense } from "./layers/dense";
import type { Layer, Shape } from "./layers/layer";
import { Pooling } from "./layers/pooling";
import { Relu } from "./layers/relu";
import type { NetworkName, Settings } from "./training/settings";
import type { Workspace } from "./workspace";

const PICTURE: Shape = { rows: 28, columns: 28, channels: 1 };

/** How pixels, 0 to 255, become inputs: value · scale + offset. */
export interface Scaling {
  scale: number;
  offset: number;
}

export function scalingOf(network: NetworkName): Scaling {
  if (network === "small_convolutions") return { scale: 1 / 255 / SPREAD, offset: -MEAN / SPREAD };
  return { scale: 1 / 255, offset: 0 };
}

/** Settings that decide what a network is. */
export type Architecture = Pick<Settings, "network" | "hidden" | "depth">;

/**
 * Build the layers of a network; softmax follows the last one.
 *
 * @param most the largest number of images at once
 */
export function layersOf({ network, hidden, depth }: Architecture, space: Workspace, most: number): Layer[] {
  const layers: Layer[] = [];
  const shape = () => layers.at(-1)?.output ?? PICTURE;
  const first = () => layers.length === 0;
  const convolve = (name: string, filters: number, side: number) => {
    layers.push(new Convolution(name, space, shape(), filters, side, most, first()));
    layers.push(new Pooling(space, shape(), most));
    layers.push(new Relu(space, shape(), most));
  };
  if (network === "mlp") {
    for (let layer = 0; layer < depth; layer++) {
      layers.push(new Dense(layer ? `hidden_${layer}` : "hidden", space, shape(), hidden, most, first()));
      layers.push(new Relu(space, shape(), most));
    }
  }
  if (network === "small_convolutions") {
    convolve("conv2d", 8, 5);
    convolve("conv2d_1", 16, 3);
  }
  layers.push(new Dense("output", space, shape(), CLASSES, most, first()));
  return layers;
}
