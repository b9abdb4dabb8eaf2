/** A part of the page that is loaded when somebody wants it: a first visit is for writing. */
import type { FunctionComponent } from "preact";
import { type PlainKey, say } from "../sentences/say";
import { usePromised } from "./promised";

interface Properties {
  load: () => Promise<FunctionComponent>;
  /** What is said until it is there, and if it cannot be had. */
  loading?: PlainKey;
  missing: PlainKey;
}

export function WhenLoaded({ load, loading, missing }: Properties) {
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
}
