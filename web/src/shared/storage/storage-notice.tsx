/** Warns that the browser stores nothing, or that there is no room, until the warning is dismissed. */
import { useSignal } from "@preact/signals";
import { say } from "../../sentences/say";
import { Button } from "../button";
import { storageTrouble } from "./database";
import { remember, remembered } from "./settings";

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
