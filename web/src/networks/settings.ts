/** Every setting that decides the result of a training run, named as a recipe in src/shuzi/training names them. */
import { RECIPES, TRAINING } from "../generated/shapes";

export const NETWORKS = ["softmax", "mlp", "small_convolutions"] as const;
export type NetworkName = (typeof NETWORKS)[number];

export interface Settings {
  network: NetworkName;
  /** Neurons in each hidden layer; softmax and small_convolutions have none. */
  hidden: number;
  /** The number of hidden layers. */
  depth: number;
  optimizer: "sgd" | "adam";
  learning_rate: number;
  /** The loss of a batch: the sum over its images, or the mean. */
  loss: "sum" | "mean";
  batch_size: number;
  steps: number;
  seed: number;
  schedule: "constant" | "one-cycle";
  /** The fraction of the steps in which the rate of one cycle rises. */
  warm_up: number;
  beta_1: number;
  beta_2: number;
  /** Added before taking the logarithm, since log(0) is minus infinity. */
  epsilon: number;
  /** The fraction of each label that is spread over all digits. */
  label_smoothing: number;
  /** The page changes no images; Python can. */
  augment: "none";
  /** Steps between loss reports and between validations. */
  report_every: number;
  validate_every: number;
  /** The split for the final accuracy. */
  judged_on: "test" | "validation";
  /** How many of the training images are used, from the first on. */
  images: number;
}

const COMMON = {
  hidden: 0,
  depth: 1,
  batch_size: 64,
  seed: 0,
  schedule: "constant",
  warm_up: 0.2,
  beta_1: 0.9,
  beta_2: 0.999,
  epsilon: 1e-10,
  label_smoothing: 0,
  augment: "none",
  report_every: 10,
  validate_every: 100,
  judged_on: "validation",
  images: 55_000,
} as const;

/** The settings that each network starts from: for softmax, the tutorial's own numbers. */
export const STANDARD: Readonly<Record<NetworkName, Settings>> = {
  softmax: {
    ...COMMON,
    ...RECIPES.softmax,
    network: "softmax",
    optimizer: "sgd",
    loss: "sum",
    judged_on: "test",
  },
  mlp: {
    ...COMMON,
    network: "mlp",
    hidden: 128,
    optimizer: "adam",
    learning_rate: 0.006,
    loss: "mean",
    schedule: "one-cycle",
    batch_size: 128,
    steps: 1000,
  },
  small_convolutions: {
    ...COMMON,
    network: "small_convolutions",
    optimizer: "adam",
    learning_rate: 0.008,
    loss: "mean",
    schedule: "one-cycle",
    beta_2: 0.99,
    steps: 1200,
  },
};

export const LIMITS = {
  ...TRAINING,
  hidden: { min: 1, max: 512 },
  depth: { min: 1, max: 4 },
  images: { min: 10, max: 55_000 },
} as const;
