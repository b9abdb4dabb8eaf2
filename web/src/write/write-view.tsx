/** Write a number, or upload a picture, and see it read. */
import { effect, useSignalEffect } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { change, isLeft, oneOf, parameter, view } from "../address";
import { announce } from "../announce";
import { loadKept } from "../hand/kept";
import { prepare, takeOwnFrom } from "../here/read";
import { language } from "../language";
import { STEP_NAMES, type StepName } from "../learn/frame/steps";
import { ownFile } from "../learn/train/runs";
import { say } from "../sentences/say";
import { percent } from "../shared/percent";
import { KeptElsewhere, StorageNotice } from "../shared/storage/storage-notice";
import { ViewLink } from "../shell/view-link";
import { CorrectPanel, pressed, remove } from "./correct/correct-panel";
import { ModelChoice } from "./how-to-read";
import { closer, InsideStrip } from "./inside/inside-strip";
import { keepLastSheet, otherSheets } from "./last-sheet";
import { saysMore } from "./left-out";
import { PreparationPanel } from "./preparation-panel";
import { DigitCards } from "./result/digit-cards";
import { Result } from "./result/result";
import { InkCanvas, LEAD, penWidth, Toolbar } from "./stage/ink-canvas";
import { PictureList, PictureStage } from "./stage/picture-stage";
import { isDragging, mayClosePictures, takeWhatIsHandedIn } from "./state/handed-in";
import {
  glyphs,
  goToNextDoubt,
  howToRead,
  pictures,
  pointedAt,
  reading,
  selected,
  sheet,
} from "./state/state";
import { clearSheet, keepReading, showExample, undo } from "./state/writing";
import "./write.css";
import "./stage/stage.css";
import "./result/result.css";

takeOwnFrom(ownFile);

export function WriteView() {
  const stage = useRef<HTMLDivElement>(null);
  useEffect(prepare, []);
  useEffect(keepReading, []);
  useEffect(keepLastSheet, []);
  useEffect(takeWhatIsHandedIn, []);
  useEffect(() => void loadKept(), []);
  // at once: somebody may go back twice within a frame, and the first key may come with the view
  useLayoutEffect(closeByGoingBack, []);
  useLayoutEffect(listenToKeys, []);
  usePicturesReadAnew();
  useExplanationOfPicture();
  useSelectionWithin();
  useSpokenReading();

  const entry = pictures.chosen.value;
  const example = () => {
    const { clientWidth: width = 0, clientHeight: height = 0 } = stage.current?.firstElementChild ?? {};
    // on a phone the button is below the sheet
    stage.current?.scrollIntoView({ block: "nearest", behavior: "smooth" });
    void showExample({ width, height }, penWidth({ width, height }));
  };
  return (
    <article class="view write" data-dragging={isDragging.value}>
      <header>
        <h1>{say("write.title")}</h1>
        <p class="lead">{say(LEAD)}</p>
      </header>
      <StorageNotice />
      <BackToLearn />
      <div class="desk">
        {/* the first that Tab comes to */}
        <div class="stage" ref={stage}>
          {entry ? <PictureStage key={entry.picture.id} entry={entry} /> : <InkCanvas />}
        </div>
        <div class="answers">
          <Result />
          <ModelChoice />
        </div>
        <CorrectPanel />
        <Toolbar onExample={example} />
        <InsideStrip />
        <PictureList />
      </div>
      {closer.value && (
        <>
          <PreparationPanel />
          <DigitCards />
        </>
      )}
      <KeptElsewhere count={otherSheets.value} text={(count) => say("write.kept_elsewhere", count)} />
      {isDragging.value && <p class="drop-here">{say("write.drop")}</p>}
    </article>
  );
}

/** Ctrl+Z undoes a stroke or a correction unless the user is typing; Delete, if the sheet is the target, removes or clears. */
function listenToKeys(): () => void {
  const press = (event: KeyboardEvent) => {
    const target = event.target as Element;
    if (event.defaultPrevented || target.closest("input:not([type=radio]), textarea, select, dialog")) return;
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (isPlain && (pressed(event) || isNextDoubt(event))) event.preventDefault();
    else if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "z") undo();
    else if (event.key === "Delete" && isOfSheet(target)) removeSelected(event.repeat);
    else return;
    event.preventDefault();
  };
  document.addEventListener("keydown", press);
  return () => document.removeEventListener("keydown", press);
}

/** N goes to the next picture to check, if there is one. */
function isNextDoubt({ key }: KeyboardEvent): boolean {
  return key.toLowerCase() === "n" && goToNextDoubt();
}

/** Remove the selected character; without one, clear the sheet, but not because a key is held. */
function removeSelected(isHeld: boolean): void {
  const index = selected.peek();
  if (index !== null) remove(index);
  else if (!isHeld && !pictures.chosen.peek()) clearSheet();
}

/** Whether the focus is nowhere in particular, on the sheet or on one of its buttons, not on another control. */
function isOfSheet(focused: Element): boolean {
  return focused.matches("body, main, .sheet *, .of-sheet");
}

/** Rereads the pictures when the model, the pattern or the language changes, also if the model did while the view was closed. */
function usePicturesReadAnew(): void {
  const before = useRef("");
  useSignalEffect(() => {
    const [how, spoken] = [howToRead.value, language.value];
    const isOther = how !== pictures.how || (before.current !== "" && before.current !== spoken);
    if (isOther && pictures.chosen.peek()) void pictures.read(how);
    before.current = spoken;
  });
}

/** Explains only the visible picture: that takes many times as long as reading. */
function useExplanationOfPicture(): void {
  useSignalEffect(() => {
    const question = pictures.chosen.value?.picture.question;
    if (question?.answer.value && !question.answer.value.explained) void question.explain();
  });
}

/** Drops the selection if the character is gone in the next reading, which another network may have to make first. */
function useSelectionWithin(): void {
  useSignalEffect(() => {
    const count = glyphs.value.length;
    const isToBeRead = reading.value === null && (pictures.chosen.value !== null || !sheet.isEmpty.value);
    // what is pointed at is gone from the page meanwhile
    for (const signal of isToBeRead ? [pointedAt] : [selected, pointedAt]) {
      const index = signal.peek();
      if (index !== null && index >= count) signal.value = null;
    }
  });
}

/** With spaces between the digits, or a screen reader would say "two thousand and forty-nine". */
function spelt(text: string): string {
  return text
    .split("\n")
    .map((line) => [...line].join(" "))
    .join(say("write.between_lines"));
}

/** Announces the number digit by digit, the confidence and the advice. */
function useSpokenReading(): void {
  const before = useRef("");
  const heard = useRef<typeof reading.value>(null);
  useSignalEffect(() => {
    const shown = reading.value;
    // after a language change, the advice stays in the old language until the reading is requested again
    if (shown && shown === heard.current) return;
    heard.current = shown;
    if (!shown) {
      before.current = "";
      return;
    }
    const spoken = shown.text ? spelt(shown.text) : say("write.none");
    const sentences = [
      shown.isCorrected
        ? say("write.number.corrected", spoken)
        : say("write.number", spoken, percent(shown.confidence)),
    ];
    if (shown.status !== "ok" || saysMore(shown)) sentences.push(shown.message);
    const sentence = sentences.join(" ");
    // the explanation brings the same reading again
    if (sentence !== before.current) announce(sentence);
    before.current = sentence;
  });
}

const PICTURES = "pictures";
const shown = parameter("show", "", oneOf([PICTURES]), "push");

/** Until the returned function is called. */
function closeByGoingBack(): () => void {
  let [isFirst, wasOpen] = [true, false];
  return effect(() => {
    const isOpen = pictures.entries.value.length > 0;
    const isNamed = shown.value === PICTURES;
    // on the way to another view they stay open
    if (view.value !== "write") return;
    const [began, before] = [isFirst, wasOpen];
    [isFirst, wasOpen] = [false, isOpen];
    if (isOpen && !isNamed && began) change({ show: PICTURES });
    else if (isOpen && !isNamed && before && mayClosePictures()) pictures.close();
    else if (isOpen && !isNamed) shown.set(PICTURES);
    else if (!isOpen && isNamed && before) change({ show: null });
  });
}

const step = parameter<StepName | "">("for", "", oneOf(STEP_NAMES));

/** The link back to the step of Learn that the user came from. */
function BackToLearn() {
  const name = step.value;
  if (name === "") return null;
  const isWritten = glyphs.value.length > 0;
  return (
    <p class="back-to-learn">
      <ViewLink
        view="learn"
        {...(isLeft("learn") ? {} : { parameters: { step: name } })}
        class={`button ${isWritten ? "primary" : ""}`}
      >
        {say(isWritten ? "write.for.with" : "write.for", say(`learn.${name}`))}
      </ViewLink>
    </p>
  );
}
