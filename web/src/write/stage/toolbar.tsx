/** The buttons below the sheet: undo, clear, pictures, an example. */
import { say } from "../../sentences/say";
import { FileButton, PICTURES } from "../../shared/file-button";
import { Icon } from "../../shared/icons";
import { mayClosePictures, showFiles } from "../state/handed-in";
import { corrections, pictures, sheet } from "../state/state";
import { clearSheet, undo } from "../state/writing";

export function Toolbar({ onExample }: { onExample: () => void }) {
  return (
    <div class="buttons toolbar">
      {pictures.chosen.value ? (
        <>
          <button
            type="button"
            class="button"
            onClick={() => {
              if (mayClosePictures()) pictures.close();
            }}
          >
            <Icon name="pen" />
            {say("write.back")}
          </button>
          <button type="button" class="button" disabled={!corrections.value.canUndo.value} onClick={undo}>
            <Icon name="undo" />
            {say("write.undo")}
          </button>
        </>
      ) : (
        <>
          <button type="button" class="button of-sheet" disabled={!sheet.canUndo.value} onClick={undo}>
            <Icon name="undo" />
            {say("write.undo")}
          </button>
          <button type="button" class="button of-sheet" disabled={sheet.isEmpty.value} onClick={clearSheet}>
            <Icon name="clear" />
            {say("write.clear")}
          </button>
        </>
      )}
      <span class="gap" />
      {!pictures.chosen.value && (
        <button type="button" class="button plain" onClick={onExample}>
          <Icon name="play" />
          {say("write.example")}
        </button>
      )}
      <FileButton
        accept={PICTURES}
        test="pictures"
        take={(files) => void showFiles(files)}
        look="plain"
        isMultiple
      >
        <Icon name="picture" />
        {say("write.choose")}
      </FileButton>
      <FileButton
        accept="image/*"
        test="camera"
        take={(files) => void showFiles(files)}
        look="plain"
        isCamera
      >
        <Icon name="camera" />
        {say("write.camera")}
      </FileButton>
    </div>
  );
}
