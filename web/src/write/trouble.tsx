/** What went wrong with the question that is shown, and what can be done about it. */
import { say } from "../sentences/say";
import { model, pictures, question, unread } from "./state";
import { readAgain } from "./writing";

export function Trouble() {
  const { trouble, busy } = question.value;
  if (busy.value !== null) {
    return (
      <div class="notice" role="status">
        <p>{say("error.busy", busy.value)}</p>
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
        <button type="button" class="button" onClick={() => model.set("")}>
          {say("write.model.back")}
        </button>
      )}
      {error && !isModelGone && (error.status === 0 || error.status === 429 || error.status >= 500) && (
        <button type="button" class="button" onClick={askAgain}>
          {say("error.again")}
        </button>
      )}
    </div>
  );
}

function askAgain(): void {
  if (pictures.chosen.peek()) void pictures.read(model.value);
  else readAgain();
}
