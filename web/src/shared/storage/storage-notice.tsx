/** Warns that the browser stores nothing, or that there is no room, until the warning is dismissed. */
import { useSignal } from "@preact/signals";
import { say } from "../../sentences/say";
import { Button } from "../controls";
import { remember, remembered, storageTrouble } from "./database";

const SEEN = "storage-notice";

export function StorageNotice() {
  const understood = useSignal(remembered(SEEN) === null ? null : "refused");
  const trouble = storageTrouble.value;
  if (trouble === null || trouble === understood.value) return null;
  return (
    <aside class="notice storage" aria-label={say("storage.title")}>
      <p>{say(`storage.${trouble}`)}</p>
      <div class="buttons">
        <Button
          look="plain"
          label={say("storage.understood")}
          onClick={() => {
            understood.value = trouble;
            // what does not fit is another thing each time
            if (trouble === "refused") remember(SEEN, "seen");
          }}
        />
      </div>
    </aside>
  );
}

interface Properties {
  /** How many others are stored that no open tab has. */
  count: number;
  text: (count: number) => string;
}

/** Says that more is stored than this tab shows, left by tabs that were closed; a new tab goes on with it. */
export function KeptElsewhere({ count, text }: Properties) {
  if (count === 0) return null;
  return (
    <p class="small quiet">
      {text(count)} {/* without an opener, which would hand its own record on */}
      <a href={location.search || "?"} target="_blank" rel="noopener">
        {say("shell.kept_elsewhere.open")}
      </a>
    </p>
  );
}
