/** Says once that the browser stores nothing, and offers files instead. */
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { say } from "../../sentences/say";
import { storageTrouble } from "../../shared/database";
import { saveFile } from "../../shared/take";
import { remember, remembered } from "../../storage";
import { pictures, sheet } from "../state";
import { asFile, fromFile, NoSheet } from "./sheet-file";

const FILE = "shuzi-sheet.json";
const SEEN = "storage-notice";

export function StorageNotice() {
  const isSeen = useSignal(remembered(SEEN) !== null);
  const said = useSignal("");
  const input = useRef<HTMLInputElement>(null);
  if (storageTrouble.value === null || isSeen.value) return null;
  const open = async (file: File | undefined) => {
    if (!file) return;
    try {
      const content = fromFile(await file.text());
      pictures.close();
      sheet.replace(content);
      said.value = "";
    } catch (error) {
      if (!(error instanceof NoSheet)) throw error;
      said.value = say("write.sheet_file.wrong");
    }
  };
  return (
    <aside class="notice storage" aria-label={say("write.storage.title")}>
      <p>{say("write.storage.refused")}</p>
      <div class="buttons">
        <button
          type="button"
          class="button"
          disabled={sheet.isEmpty.value}
          onClick={() =>
            saveFile(new Blob([asFile(sheet.content.peek())], { type: "application/json" }), FILE)
          }
        >
          {say("write.sheet_file.save")}
        </button>
        <input
          ref={input}
          type="file"
          hidden
          accept=".json"
          data-testid="sheet-file"
          onChange={({ currentTarget }) => {
            void open(currentTarget.files?.[0]);
            currentTarget.value = "";
          }}
        />
        <button type="button" class="button" onClick={() => input.current?.click()}>
          {say("write.sheet_file.open")}
        </button>
        <button
          type="button"
          class="button plain"
          onClick={() => {
            isSeen.value = true;
            remember(SEEN, "seen");
          }}
        >
          {say("write.storage.understood")}
        </button>
        <span role="status">{said.value}</span>
      </div>
    </aside>
  );
}
