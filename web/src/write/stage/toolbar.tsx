/** The buttons below the sheet: undo, clear, pictures, an example. */
import { say } from "../../sentences/say";
import { Button } from "../../shared/button";
import { FileButton, PICTURES } from "../../shared/file-button";
import { mayClosePictures, showFiles } from "../state/handed-in";
import { corrections, pictures, sheet } from "../state/state";
import { clearSheet, undo } from "../state/writing";

export function Toolbar({ onExample }: { onExample: () => void }) {
  const isPicture = pictures.chosen.value !== null;
  const leave = () => {
    if (mayClosePictures()) pictures.close();
  };
  return (
    <div class="buttons toolbar">
      {isPicture && <Button icon="pen" label={say("write.back")} onClick={leave} />}
      <Button
        icon="undo"
        label={say("write.undo")}
        look={isPicture ? "" : "of-sheet"}
        disabled={!corrections.value.canUndo.value}
        onClick={undo}
      />
      {!isPicture && (
        <Button
          icon="clear"
          label={say("write.clear")}
          look="of-sheet"
          disabled={sheet.isEmpty.value}
          onClick={clearSheet}
        />
      )}
      <span class="gap" />
      {!isPicture && <Button icon="play" label={say("write.example")} look="plain" onClick={onExample} />}
      <FileButton
        icon="picture"
        label={say("write.choose")}
        accept={PICTURES}
        test="pictures"
        take={(files) => void showFiles(files)}
        look="plain"
        isMultiple
      />
      <FileButton
        icon="camera"
        label={say("write.camera")}
        accept="image/*"
        test="camera"
        take={(files) => void showFiles(files)}
        look="plain"
        isCamera
      />
    </div>
  );
}
