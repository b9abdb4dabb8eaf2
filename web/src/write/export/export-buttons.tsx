/** Copy the text; save what was read, with its corrections, as CSV, JSON or a picture with boxes. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { type PlainKey, say } from "../../sentences/say";
import { Button } from "../../shared/button";
import { copyText, saveFile } from "../../shared/files/take";
import { Icon } from "../../shared/icons";
import type { Entry } from "../state/pictures";
import { pictures, reading, readOf, shownEntry } from "../state/state";
import { asCsv, asJson, type Named } from "./rows";
import { withBoxes } from "./with-boxes";

export function ExportButtons() {
  const shown = reading.value;
  const said = useSignal<PlainKey | null>(null);
  useEffect(() => {
    said.value = null; // the announcement was about another text
  }, [shown?.text]);
  if (!shown) return null;
  const isWaiting = pictures.entries.value.some((entry) => namedOf(entry) === null);
  const tell = (key: PlainKey) => {
    said.value = key;
  };
  const copy = async () => tell((await copyText(shown.text)) ? "write.copied" : "write.copy_refused");
  const save = (content: string, type: string, ending: string) =>
    saveFile(new Blob([content], { type }), nameFor(ending));
  const savePicture = async () => {
    const picture = await withBoxes(shown).catch(() => null);
    if (picture) saveFile(picture, nameFor("png"));
    else tell("write.unshowable_export");
  };
  return (
    <>
      {shown.text !== "" && <Button icon="copy" label={say("write.copy")} onClick={() => void copy()} />}
      <details class="save">
        <summary class="button">
          <Icon name="save" />
          {say("write.save")}
        </summary>
        <div class="buttons">
          {/* the mark at the start tells spreadsheets that it is UTF-8 */}
          <Button
            label="CSV"
            disabled={isWaiting}
            onClick={() => save(`\ufeff${asCsv(all())}`, "text/csv", "csv")}
          />
          <Button
            label="JSON"
            disabled={isWaiting}
            onClick={() => save(asJson(all()), "application/json", "json")}
          />
          <Button label={say("write.save.picture")} onClick={() => void savePicture()} />
        </div>
      </details>
      <span class="small quiet" role="status">
        {said.value && say(said.value)}
      </span>
    </>
  );
}

/** All pictures, also those that could not be read, or the sheet. */
function all(): Named[] {
  const entries = pictures.entries.peek();
  const sheet = reading.peek();
  if (entries.length === 0) return sheet ? [{ source: "", shown: sheet }] : [];
  return entries.map(namedOf).filter((named) => named !== null);
}

/** Null while it is being read. */
function namedOf(entry: Entry): Named | null {
  const shown = shownEntry(entry);
  const { file, question } = entry.picture;
  const source = entry.page ? `${file.name} · ${entry.page + 1}` : file.name;
  if (shown) return { source, shown };
  const answer = readOf(entry);
  const error = answer && "error" in answer ? answer.error : question.trouble.value?.sentence;
  return error === undefined ? null : { source, error };
}

/** Named after the picture, or the number. */
function nameFor(ending: string): string {
  const entry = pictures.chosen.peek();
  const several = pictures.entries.peek().length > 1 && ending !== "png";
  const name = several ? "pictures" : (entry?.picture.file.name.replace(/\.\w+$/, "") ?? "number");
  return `shuzi-${name}.${ending}`;
}
