/** Ask the networks of the page about a 28x28 image; the latest image counts. */
import type { ClassifiedImages } from "../../here/protocol";
import { classifyHere } from "../../here/read";
import { usePromised } from "../../shared/promised";

/** The answers for an image, together with its label. */
export interface Answered {
  /** One for each model; null if a model is unavailable. */
  readonly answers: readonly (ClassifiedImages | null)[];
  /** The correct answer; null if unknown. */
  readonly label: number | null;
}

/** Null while the first answers are on their way. */
export function useAnswers(
  image: Uint8Array | null,
  label: number | null,
  models: readonly string[],
): Answered | null {
  const ask = (pixels: Uint8Array) =>
    Promise.all(models.map((model) => classifyHere(pixels, model).catch(() => null)));
  // the previous answers stay until the new ones arrive, so that nothing flickers
  return usePromised(
    () => image && ask(image).then((answers) => ({ answers, label })),
    image ? `${label} ${image.join()}` : "",
    true,
  );
}
