/** Say what went wrong with the current question, and how to go on. */
import { useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";
import { announce } from "../../announce";
import { say } from "../../sentences/say";
import { Button } from "../../shared/button";
import { Notice } from "../../shared/notice";
import { isNoPicture } from "../state/handed-in";
import { model, question, unread } from "../state/state";
import { readAllAgain } from "../state/writing";

export function Trouble() {
  const { trouble, busy } = question.value;
  useSpokenBusy();
  if (busy.value !== null) return <Notice text={say("error.busy", busy.value)} />;
  // announced already, also where the same is dropped again
  if (isNoPicture.value) return <Notice text={say("write.no_picture")} />;
  const error = trouble.value;
  const sentence = unread.value ?? error?.sentence;
  if (!sentence) return null;
  const isModelGone = error !== null && /^error\.(service\.)?model/.test(error.key);
  const mayPass =
    error && !isModelGone && (error.status === 0 || error.status === 429 || error.status >= 500);
  return (
    <Notice role="alert" text={sentence} again={mayPass ? readAllAgain : undefined}>
      {isModelGone && model.value !== "" && (
        <Button label={say("write.model.back")} onClick={() => model.set("")} />
      )}
    </Notice>
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
