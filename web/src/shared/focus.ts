/** Where the focus goes when something else is shown, so that a screen reader continues from there. */
import { useEffect, useRef } from "preact/hooks";

/** Focus what `find` finds whenever another thing is shown, at the top of the page. */
export function useFocusOnChange(shown: unknown, find: () => HTMLElement | null | undefined): void {
  const before = useRef(shown);
  useEffect(() => {
    if (before.current === shown) return;
    before.current = shown;
    find()?.focus({ preventScroll: true });
    scrollTo({ top: 0 });
  }, [shown]);
}
