/** What the networks of the page say of a 28x28 image; the latest image counts. */
import { useEffect, useState } from "preact/hooks";
import type { ClassifiedImages } from "../../here/protocol";
import { classifyHere } from "../../here/read";

/** One answer for each model; null while it is on its way, or if a model cannot be had. */
export function useAnswers(
  image: Uint8Array | null,
  models: readonly string[],
): (ClassifiedImages | null)[] | null {
  const key = image?.join() ?? "";
  const [found, setFound] = useState<(ClassifiedImages | null)[] | null>(null);
  useEffect(() => {
    if (!image) return;
    let wanted = true;
    void Promise.all(models.map((model) => classifyHere(image, model).catch(() => null))).then((answers) => {
      if (wanted) setFound(answers);
    });
    return () => {
      wanted = false;
    };
  }, [key]);
  // while one waits, the answers before stay, so that nothing flickers
  return found;
}
