/** Fields are drawn on the shown blank form, moved and resized, by pointer or keys. */
import { type Signal, useSignal } from "@preact/signals";
import type { ComponentChildren, RefObject, TargetedPointerEvent } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { announce } from "../../announce";
import { MAX_BOXES } from "../../generated/limits";
import { say } from "../../sentences/say";
import { addDrawn, changeDrawn, focusField, isFresh, removeField, showInList } from "./drawn";
import { currentField, type Drawn, type Edited } from "./form";
import { type Box, between, moved, type Point, resized } from "./rectangle";

type Size = readonly [number, number];

const STEPS: Readonly<Record<string, Point>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Where on the paper, in millimetres, a point of the window is. */
export function onPaper(paper: Element, [x, y]: Point, [width, height]: Size): Point {
  const shown = paper.getBoundingClientRect(); // with what is seen nearer
  return [((x - shown.left) / shown.width) * width, ((y - shown.top) / shown.height) * height];
}

interface Given {
  paper: RefObject<HTMLDivElement | null>;
  size: Size;
  isDrawing: Signal<boolean>;
  children: ComponentChildren;
}

/** The paper, on which a drag from corner to corner draws a field while `isDrawing`. */
export function DrawingPaper({ paper, size, isDrawing, children }: Given) {
  const start = useRef<Point | null>(null);
  const sketch = useSignal<Box | null>(null);
  const at = (event: PointerEvent): Point =>
    paper.current ? onPaper(paper.current, [event.clientX, event.clientY], size) : [0, 0];
  return (
    <div
      ref={paper}
      class="forms-paper-shown"
      data-drawing={isDrawing.value || undefined}
      onPointerDown={(event) => {
        if (!isDrawing.peek() || !event.isPrimary || event.button !== 0) return;
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
        start.current = at(event);
      }}
      onPointerMove={(event) => {
        if (start.current && event.isPrimary) sketch.value = between(start.current, at(event), size);
      }}
      onPointerUp={(event) => {
        const box = start.current && event.isPrimary ? between(start.current, at(event), size) : null;
        start.current = null;
        sketch.value = null;
        if (!box) return;
        isDrawing.value = false;
        addDrawn(box);
      }}
      onPointerCancel={() => {
        start.current = null;
        sketch.value = null;
      }}
    >
      {children}
      {sketch.value && <div class="forms-drawn" data-sketch style={placed(sketch.value, size)} />}
    </div>
  );
}

function placed([x, y, width, height]: Box, [wide, high]: Size) {
  const percent = (part: number, whole: number) => `${(100 * part) / whole}%`;
  return {
    left: percent(x, wide),
    top: percent(y, high),
    width: percent(width, wide),
    height: percent(height, high),
  };
}

interface Handled {
  drawn: Drawn;
  index: number;
  paper: RefObject<HTMLDivElement | null>;
  size: Size;
}

/** A drawn field, to be dragged, or moved and resized by keys. */
export function DrawnHandle({ drawn, index, paper, size }: Handled) {
  const button = useRef<HTMLButtonElement>(null);
  const held = useRef<{ from: Point; box: Box } | null>(null);
  useEffect(() => {
    if (isFresh(drawn.id)) button.current?.focus({ preventScroll: true });
  }, [drawn.id]);
  const dragged = (change: typeof moved) => ({
    onPointerDown: (event: TargetedPointerEvent<HTMLElement>) => {
      if (!event.isPrimary || event.button !== 0 || !paper.current) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      held.current = { from: onPaper(paper.current, [event.clientX, event.clientY], size), box: drawn.box };
      button.current?.focus({ preventScroll: true }); // Safari does not
    },
    onPointerMove: (event: TargetedPointerEvent<HTMLElement>) => {
      if (!held.current || !event.isPrimary || !paper.current) return;
      const [x, y] = onPaper(paper.current, [event.clientX, event.clientY], size);
      const { from, box } = held.current;
      const next = change(box, [x - from[0], y - from[1]], size);
      if (next.join() !== drawn.box.join()) changeDrawn(index, { box: next });
    },
    onPointerUp: () => {
      held.current = null;
    },
    onPointerCancel: () => {
      held.current = null;
    },
  });
  const isCurrent = currentField.value === index;
  return (
    <div
      class="forms-drawn"
      data-current={isCurrent || undefined}
      data-wrong={drawn.trouble ? true : undefined}
      style={placed(drawn.box, size)}
    >
      <button
        type="button"
        ref={button}
        aria-label={say("forms.draw.place", index + 1, say("forms.draw.at", ...drawn.box))}
        {...dragged(moved)}
        onFocus={() => {
          currentField.value = index;
          showInList(index);
        }}
        onKeyDown={(event) => {
          const step = STEPS[event.key];
          if (step) {
            const box = (event.shiftKey ? resized : moved)(drawn.box, step, size);
            changeDrawn(index, { box });
            announce(say("forms.draw.at", ...box));
          } else if (event.key === "Delete" || event.key === "Backspace") removeField(index);
          else if (event.key === "Enter") focusField(index);
          else return;
          event.preventDefault();
        }}
      />
      <span aria-hidden="true" {...dragged(resized)} />
    </div>
  );
}

const STYLES = ["boxes", "comb", "open"] as const;

interface Shown {
  field: Edited;
  drawn: Drawn;
  index: number;
  /** A description of its boxes. */
  shape: string;
}

/** How many digits a drawn field has room for, how it is printed, and what the service said of it. */
export function DrawnShape({ field, drawn, index, shape }: Shown) {
  return (
    <div class="forms-drawn-shape">
      <select
        class="field"
        value={field.boxes}
        aria-label={say("forms.draw.boxes", index + 1)}
        onChange={({ currentTarget }) => changeDrawn(index, {}, Number(currentTarget.value))}
      >
        {Array.from({ length: MAX_BOXES }, (_, fewer) => (
          <option value={fewer + 1} key={fewer + 1}>
            {say("forms.draw.digits", fewer + 1)}
          </option>
        ))}
      </select>
      <select
        class="field"
        value={drawn.style}
        aria-label={say("forms.draw.style", index + 1)}
        onChange={({ currentTarget }) => changeDrawn(index, { style: currentTarget.value as Drawn["style"] })}
      >
        <option value="">{say("forms.draw.style.any")}</option>
        {STYLES.map((style) => (
          <option value={style} key={style}>
            {say(`forms.draw.style.${style}`)}
          </option>
        ))}
      </select>
      <span
        class={`small ${drawn.trouble ? "forms-drawn-trouble" : "quiet"}`}
        role={drawn.trouble ? "alert" : undefined}
        lang={drawn.trouble?.lang}
      >
        {drawn.trouble?.text ?? (drawn.isChecked ? shape : say("forms.trace.unchecked", index + 1))}
      </span>
    </div>
  );
}
