/** A model's first weights become pictures: a template for each answer, or the windows of its first convolutions. */
import type { Graph } from "../../runtime/graph";

export interface Filters {
  kind: "templates" | "filters";
  /** Pixels along each side. */
  side: number;
  images: Float32Array[];
}

/** Those of each layer that sees the image itself: several, where a network has several columns. */
export function filtersOf({ nodes, tensors }: Pick<Graph, "nodes" | "tensors">): Filters[] {
  const seen = new Set(["images"]);
  const filters: Filters[] = [];
  for (const { op, inputs, outputs } of nodes) {
    if (!inputs.some((name) => seen.has(name))) continue;
    const weights = tensors.get(inputs[1] ?? "");
    if (op === "Conv" && weights) filters.push(windows(weights.dims, weights.values));
    else if (op === "MatMul" && weights) filters.push(templates(weights.dims, weights.values));
    else for (const name of outputs) seen.add(name); // scaled or reshaped, it is the image still
  }
  return filters;
}

function windows([count = 0, , side = 0]: readonly number[], values: Float32Array): Filters {
  const size = side * side;
  const images = Array.from({ length: count }, (_, index) =>
    values.subarray(index * size, (index + 1) * size),
  );
  return { kind: "filters", side, images };
}

function templates([pixels = 0, count = 0]: readonly number[], values: Float32Array): Filters {
  const images = Array.from({ length: count }, (_, answer) =>
    Float32Array.from({ length: pixels }, (_, pixel) => values[pixel * count + answer] ?? 0),
  );
  return { kind: "templates", side: Math.sqrt(pixels), images };
}
