/** The sheet goes to a file and comes from one, for browsers that store nothing, and for other devices. */
import { useSignal } from "@preact/signals";
import { say } from "../../sentences/say";
import { Button } from "../../shared/button";
import { FileButton } from "../../shared/file-button";
import { saveFile } from "../../shared/files/take";
import { mayClosePictures } from "../state/handed-in";
import { pictures, sheet } from "../state/state";
import { asFile, fromFile, NoSheet } from "./sheet-file";

const FILE = "shuzi-sheet.json";

export function SheetButtons() {
  const said = useSignal("");
  const open = async ([file]: readonly File[]) => {
    if (!file) return;
    said.value = "";
    try {
      const content = fromFile(await file.text());
      if (!mayClosePictures()) return;
      pictures.close();
      sheet.replace(content);
    } catch (error) {
      if (!(error instanceof NoSheet)) throw error;
      said.value = say("write.sheet_file.wrong");
    }
  };
  return (
    <div class="buttons">
      <Button
        look="plain"
        label={say("write.sheet_file.save")}
        disabled={sheet.isEmpty.value}
        onClick={() => saveFile(new Blob([asFile(sheet.content.peek())], { type: "application/json" }), FILE)}
      />
      <FileButton
        label={say("write.sheet_file.open")}
        accept=".json"
        test="sheet-file"
        take={(files) => void open(files)}
        look="plain"
      />
      <span class="small quiet" role="status">
        {said.value}
      </span>
    </div>
  );
}
