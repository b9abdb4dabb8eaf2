/** The canvas for writing, by hand or keyboard. Strokes go to the sheet. */
import { useSignal, useSignalEffect } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { announce } from "../../announce";
import { hasService, isOtherMachine } from "../../edition";
import { say } from "../../sentences/say";
import { Button, FileButton, PICTURES } from "../../shared/controls";
import { asShown, type Measured, useSize } from "../../shared/hooks";
import { inPercent } from "../../shared/percent";
import { shownTheme } from "../../shell/theme";
import { chain, contains, inverse, type Point, place, placeRect, type Size } from "../geometry";
import { drawStroke, usePaper } from "../sheet/drawing";
import { KeyPen, listenToPen } from "../sheet/pen";
import { fitting, type InkPoint } from "../sheet/sheet";
import { mayClosePictures, showFiles } from "../state/handed-in";
import { corrections, glyphs, inkQuestion, pictures, pointedAt, sheet, toggle } from "../state/state";
import {
  beginStroke,
  clearSheet,
  dropStroke,
  finishStroke,
  growStroke,
  pending,
  undo,
} from "../state/writing";
import { Boxes } from "./boxes";

const TAP = 4; // paper units: a smaller movement is a tap
const REST = 400; // ms without a key before the pen position is announced: a held arrow key would flood the screen reader

export function InkCanvas() {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSize(frame);
  const keys = useKeyPen(() => size.peek());
  useDrawing(canvas, () => size.value);

  useEffect(() => {
    if (!canvas.current) return;
    return listenToPen(canvas.current, {
      start: (point) => beginStroke(onPaper(point, size.peek(), point.pressure)),
      move: (points) => growStroke(points.map((point) => onPaper(point, size.peek(), point.pressure))),
      end: () => {
        if (!selectTapped()) finishStroke();
      },
      drop: dropStroke,
    });
  }, [size]);

  const point = (event: PointerEvent) => {
    const isPointing = event.pointerType === "mouse" && event.buttons === 0;
    const at = onPaper({ x: event.offsetX, y: event.offsetY }, size.peek(), 1);
    pointedAt.value = isPointing ? glyphAt(at) : null;
  };

  const measured = size.value;
  const answer = inkQuestion.answer.value;
  const isEmpty = sheet.isEmpty.value && pending.value.length === 0;
  return (
    <div class="sheet" ref={frame} style={asShown(measured)}>
      {isEmpty && (
        <>
          <p class="hint">{say("write.sheet.hint")}</p>
          <p class="sheet-lead small quiet">{say(LEAD)}</p>
        </>
      )}
      {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: keys go to the canvas, not to a reader */}
      <canvas
        class="cover"
        ref={canvas}
        tabIndex={0}
        role="application"
        aria-label={say("write.sheet")}
        aria-describedby="sheet-help"
        onPointerMove={point}
        onPointerLeave={() => {
          pointedAt.value = null;
        }}
        {...keys.listeners}
      />
      {measured && answer && !isEmpty && (
        <Boxes size={measured} at={(box) => placeRect(box, chain(answer.about, sheet.placement(measured)))} />
      )}
      {measured && keys.pen && (
        <svg class="key-pen cover" aria-hidden="true" data-down={keys.pen.isDown}>
          <circle cx={keys.pen.x} cy={keys.pen.y} r={penWidth(measured) / 2 + 4} />
          <path d={`M${keys.pen.x - 18} ${keys.pen.y}h36M${keys.pen.x} ${keys.pen.y - 18}v36`} />
        </svg>
      )}
      <p id="sheet-help" class="for-screen-readers">
        {say("write.sheet.help")}
      </p>
    </div>
  );
}

/** A felt pen for a canvas of this size: lines survive shrinking to 28x28, and four digits fit. */
export function penWidth({ width, height }: Size): number {
  return Math.min(Math.max(Math.min(height * 0.05, width * 0.028), 8), 22);
}

function onPaper(at: Point, canvas: Measured | null, pressure: number): InkPoint {
  const shown = canvas ?? { width: 1, height: 1 };
  const placement = sheet.placement(shown);
  return { ...place(at, inverse(placement)), width: (penWidth(shown) * pressure) / placement.scale };
}

/** The character of the reading at a point of the paper. */
function glyphAt(point: Point): number | null {
  const onPicture = inkQuestion.answer.peek()?.about;
  if (!onPicture) return null;
  const at = place(point, inverse(onPicture));
  const index = glyphs.peek().findIndex(({ box }) => contains(box, at));
  return index < 0 ? null : index;
}

/** A tap on a recognised character selects it; it is not a dot. */
function selectTapped(): boolean {
  const [first, ...others] = pending.peek();
  if (!first || others.some(({ x, y }) => Math.hypot(x - first.x, y - first.y) > TAP)) return false;
  const index = glyphAt(first);
  if (index === null) return false;
  dropStroke();
  toggle(index);
  return true;
}

/** Redraws everything when strokes, size or colours change; for the current stroke, only the new part. */
function useDrawing(canvas: RefObject<HTMLCanvasElement | null>, size: () => Measured | null): void {
  const last = useRef<{ of: readonly unknown[]; points: number }>({ of: [], points: 0 });
  useSignalEffect(() => {
    const [measured, strokes, growing] = [size(), sheet.strokes.value, pending.value];
    const of = [measured, strokes, shownTheme.value];
    const element = canvas.current;
    const context = element?.getContext("2d");
    if (!element || !context || !measured) return;
    const anew =
      growing.length < last.current.points || of.some((value, index) => value !== last.current.of[index]);
    if (anew) {
      element.width = Math.round(measured.width * measured.pixels);
      element.height = Math.round(measured.height * measured.pixels);
    }
    context.strokeStyle = getComputedStyle(element).color;
    usePaper(context, sheet.placement(measured), measured.pixels);
    if (anew) for (const stroke of fitting(strokes)) drawStroke(context, stroke);
    drawStroke(context, growing, anew ? 0 : last.current.points);
    last.current = { of, points: growing.length };
  });
}

/** The keyboard pen, shown while the canvas has the focus. */
function useKeyPen(size: () => Measured | null) {
  const keyPen = useRef(new KeyPen()).current;
  const pen = useSignal<(Point & { isDown: boolean }) | null>(null);
  const rest = useRef(0);
  const tellPlace = () => {
    const measured = size();
    if (!measured) return;
    const { x, y } = keyPen.shareOf(measured);
    const inHundredths = (fraction: number) => inPercent(String(Math.round(100 * fraction)));
    announce(say("write.pen.at", inHundredths(x), inHundredths(y)));
  };
  useEffect(() => () => clearTimeout(rest.current), []);

  const press = (event: KeyboardEvent) => {
    const measured = size();
    if (!measured || event.ctrlKey || event.metaKey || event.altKey) return;
    const did = keyPen.press(event.key, event.shiftKey, measured);
    if (!did) return;
    event.preventDefault();
    pen.value = { ...keyPen.at, isDown: keyPen.isDown };
    const point = onPaper(keyPen.at, measured, 1);
    if (did === "moved" && keyPen.isDown) growStroke([point]);
    if (did === "down") beginStroke(point);
    if (did === "up") finishStroke();
    clearTimeout(rest.current);
    if (did === "moved") rest.current = setTimeout(tellPlace, REST);
    else announce(say(did === "down" ? "write.pen.down" : "write.pen.up"));
  };
  return {
    pen: pen.value,
    listeners: {
      onKeyDown: press,
      onKeyUp: (event: KeyboardEvent) => keyPen.release(event.key),
      onFocus: (event: FocusEvent) => {
        const measured = size();
        if (!measured || !(event.target as Element).matches(":focus-visible")) return;
        keyPen.stayOn(measured);
        pen.value = { ...keyPen.at, isDown: false };
        tellPlace();
      },
      onBlur: () => {
        clearTimeout(rest.current);
        if (keyPen.leave()) finishStroke();
        pen.value = null;
      },
    },
  };
}

/** The buttons below the sheet: undo, clear, pictures, an example. */
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

/** What this is, and where what is written goes. */
export const LEAD = hasService && isOtherMachine(location.hostname) ? "write.lead.service" : "write.lead";
