/** The answer of a promise becomes a component's state. */
import { useEffect, useState } from "preact/hooks";

/**
 * Ask again whenever the key changes, and drop the answers that come too late.
 *
 * @param ask null if there is nothing to ask for; answers of null are passed over
 * @param keeps whether the answer before stays until the next one has come
 * @returns the answer; null while it is on its way
 */
export function usePromised<Answer>(
  ask: () => Promise<Answer | null> | null,
  key: string,
  keeps = false,
): Answer | null {
  const [answered, setAnswered] = useState<{ key: string; answer: Answer } | null>(null);
  useEffect(() => {
    let isLatest = true;
    void ask()?.then((answer) => {
      if (isLatest && answer !== null) setAnswered({ key, answer });
    });
    return () => {
      isLatest = false;
    };
  }, [key]);
  return answered && (keeps || answered.key === key) ? answered.answer : null;
}
