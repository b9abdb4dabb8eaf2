/** The buttons below the sheet: undo, clear, pictures, an example. */
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { say } from "../sentences/say";
import { Icon } from "../shared/icons";
import { mayClosePictures, showFiles } from "./handed-in";
import { corrections, pictures, sheet } from "./state";
import { clearSheet, undo } from "./writing";

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
      <PictureButton multiple>
        <Icon name="picture" />
        {say("write.choose")}
      </PictureButton>
      <PictureButton camera>
        <Icon name="camera" />
        {say("write.camera")}
      </PictureButton>
    </div>
  );
}

/** A button that opens the file picker, or with `camera` a phone's camera. */
function PictureButton(options: { multiple?: boolean; camera?: boolean; children: ComponentChildren }) {
  const input = useRef<HTMLInputElement>(null);
  const { multiple = false, camera = false, children } = options;
  return (
    <>
      <input
        ref={input}
        type="file"
        hidden
        accept={camera ? "image/*" : "image/*,.pdf,.heic,.heif,.tif,.tiff"}
        multiple={multiple}
        {...(camera ? { capture: "environment" as const } : {})}
        data-testid={camera ? "camera" : "pictures"}
        onChange={({ currentTarget }) => {
          void showFiles([...(currentTarget.files ?? [])]);
          // so that choosing the same picture again reads it again
          currentTarget.value = "";
        }}
      />
      <button
        type="button"
        class={`button plain ${camera ? "camera" : ""}`}
        onClick={() => input.current?.click()}
      >
        {children}
      </button>
    </>
  );
}
