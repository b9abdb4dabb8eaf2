/** Copy the text; save what was read, with its corrections, as CSV. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { type PlainKey, say } from "../sentences/say";
import { Button } from "../shared/controls";
import { copyText, saveFile } from "../shared/files";
import { asCsv, type Named } from "./digits";
import type { Entry } from "./state/pictures";
import { pictures, reading, readOf, shownEntry } from "./state/state";

export function ExportButtons() {
  const shown = reading.value;
  const said = useSignal<PlainKey | null>(null);
  useEffect(() => {
    said.value = null; // the announcement was about another text
  }, [shown?.text]);
  if (!shown) return null;
  const isWaiting = pictures.entries.value.some((entry) => namedOf(entry) === null);
  const copy = async () => {
    said.value = (await copyText(shown.text)) ? "write.copied" : "write.copy_refused";
  };
  // the mark at the start tells spreadsheets that it is UTF-8
  const save = () => saveFile(new Blob([`\ufeff${asCsv(all())}`], { type: "text/csv" }), fileName());
  return (
    <>
      {shown.text !== "" && <Button icon="copy" label={say("write.copy")} onClick={() => void copy()} />}
      <Button icon="save" label={say("forms.csv")} disabled={isWaiting} onClick={save} />
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
function fileName(): string {
  const entry = pictures.chosen.peek();
  const own = entry?.picture.file.name.replace(/\.\w+$/, "") ?? "number";
  return `shuzi-${pictures.entries.peek().length > 1 ? "pictures" : own}.csv`;
}
