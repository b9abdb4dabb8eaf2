/** What the networks of the page say of a 28x28 image; the latest image counts. */
import { useEffect, useState } from "preact/hooks";
import type { ClassifiedImages } from "../../here/protocol";
import { classifyHere } from "../../here/read";

/** What was asked for and what was said of it belong together. */
export interface Answered {
  /** One for each model; null if a model cannot be had. */
  readonly answers: readonly (ClassifiedImages | null)[];
  /** The correct answer; null if nobody knows it. */
  readonly label: number | null;
}

/** Null while the first answers are on their way. */
export function useAnswers(
  image: Uint8Array | null,
  label: number | null,
  models: readonly string[],
): Answered | null {
  const key = image ? `${label} ${image.join()}` : "";
  const [found, setFound] = useState<Answered | null>(null);
  useEffect(() => {
    if (!image) return;
    let wanted = true;
    void Promise.all(models.map((model) => classifyHere(image, model).catch(() => null))).then((answers) => {
      if (wanted) setFound({ answers, label });
    });
    return () => {
      wanted = false;
    };
  }, [key]);
  // while one waits, the answers before stay, with their label, so that nothing flickers
  return found;
}
