/** Say what went wrong with the current question, and how to go on. */
import { useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";
import { announce } from "../../announce";
import { say } from "../../sentences/say";
import { Button } from "../../shared/button";
import { isNoPicture } from "../state/handed-in";
import { model, question, unread } from "../state/state";
import { readAllAgain } from "../state/writing";

export function Trouble() {
  const { trouble, busy } = question.value;
  useSpokenBusy();
  if (busy.value !== null) {
    return (
      <div class="notice">
        <p>{say("error.busy", busy.value)}</p>
      </div>
    );
  }
  if (isNoPicture.value) {
    // announced already, also where the same is dropped again
    return (
      <div class="notice">
        <p>{say("write.no_picture")}</p>
      </div>
    );
  }
  const error = trouble.value;
  const sentence = unread.value ?? error?.sentence;
  if (!sentence) return null;
  const isModelGone = error !== null && /^error\.(service\.)?model/.test(error.key);
  return (
    <div class="notice" role="alert">
      <p>{sentence}</p>
      {isModelGone && model.value !== "" && (
        <Button label={say("write.model.back")} onClick={() => model.set("")} />
      )}
      {error && !isModelGone && (error.status === 0 || error.status === 429 || error.status >= 500) && (
        <Button label={say("error.again")} onClick={readAllAgain} />
      )}
    </div>
  );
}

/** Announces once that the service is busy, not at every retry. */
function useSpokenBusy(): void {
  const wasBusy = useRef(false);
  useSignalEffect(() => {
    const seconds = question.value.busy.value;
    if (seconds !== null && !wasBusy.current) announce(say("error.busy", seconds));
    wasBusy.current = seconds !== null;
  });
}
