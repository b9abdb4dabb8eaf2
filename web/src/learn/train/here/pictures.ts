/** A network's weights become pictures: templates, hidden neurons or filters, each from -127 to 127. */
import { MAX_IMAGES, NO_WEIGHT } from "../../../generated/training";
import type { Network } from "../../../networks/network";
import type { WeightPictures } from "../../weight-images";

/** The weights that look at the pixels: a picture for each of the first layer's outputs, all to the same scale. */
export function picturesOf(network: Network): WeightPictures {
  const kinds: Record<string, WeightPictures["kind"]> = {
    softmax: "templates",
    mlp: "neurons",
    small_convolutions: "filters",
  };
  const [first] = network.weights;
  if (!first) return { kind: "templates", images: [] };
  const outputs = first.shape.at(-1) ?? 1;
  const pixels = first.values.length / outputs;
  const largest = first.values.reduce((most, value) => Math.max(most, Math.abs(value)), NO_WEIGHT);
  const images = Array.from({ length: Math.min(outputs, MAX_IMAGES) }, (_, output) =>
    Int8Array.from({ length: pixels }, (_, pixel) =>
      Math.round(((first.values[pixel * outputs + output] ?? 0) * 127) / largest),
    ),
  );
  return { kind: kinds[network.architecture.network] ?? "templates", images };
}
