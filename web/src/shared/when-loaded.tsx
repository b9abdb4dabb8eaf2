/** Parts of the page that are loaded when somebody wants them: a first visit is for writing. */
import type { FunctionComponent } from "preact";
import { type PlainKey, say } from "../sentences/say";
import { usePromised } from "./promised";

/**
 * @param missing is said if it cannot be had
 * @param loading is said until it is there
 */
export function whenLoaded(
  load: () => Promise<FunctionComponent>,
  missing: PlainKey,
  loading?: PlainKey,
): FunctionComponent {
  return () => {
    const loaded = usePromised(
      () =>
        load().then(
          (View) => ({ View }),
          () => "missing" as const,
        ),
      "",
    );
    if (loaded === "missing") return <p class="notice">{say(missing)}</p>;
    if (loaded) return <loaded.View />;
    return loading ? <p class="quiet">{say(loading)}</p> : null;
  };
}
