/** The blank form with its fields drawn over it; the field that a person is at can be seen nearer, and others can be drawn. */
import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { TracedForm } from "../../generated/shapes";
import { say } from "../../sentences/say";
import { Button } from "../../shared/controls";
import { bytesOf } from "../../shared/files";
import { revokeLater } from "../photographs/photographs";
import { DrawingPaper, DrawnHandle, onPaper } from "./drawing";
import { addDrawn } from "./drawn";
import { currentField, type Edited, fields } from "./form";
import { around } from "./rectangle";

const NEAR = 2;
const TALL = 4.5; // millimetres of a number
const ROOM = 1.2;

export function BlankPicture({ form, choose }: { form: TracedForm; choose: (index: number) => void }) {
  const url = useSignal("");
  const isNear = useSignal(false);
  const isDrawing = useSignal(false);
  const frame = useRef<HTMLDivElement>(null);
  const paper = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([bytesOf(form.blank)], { type: "image/png" }));
    url.value = made;
    return () => revokeLater(made);
  }, [form, url]);
  const [width, height] = form.size;
  const at = currentField.value;
  const near = isNear.value && at !== null;
  // with what is printed to the left of it, which says what it is; a field that is dragged takes the paper nowhere
  const middle = useMemo(() => {
    const [x, y] = (at === null ? undefined : fields.peek()[at]?.at[0]) ?? [width / 2, height / 2];
    return `${(50 * x) / width}% ${(100 * y) / height}%`;
  }, [at, near, width, height]);
  const add = () => {
    if (!frame.current || !paper.current) return;
    isDrawing.value = false;
    addDrawn(around(onPaper(paper.current, middleOf(frame.current), form.size), form.size));
  };
  return (
    <figure
      class="forms-blank"
      onKeyDown={(event) => {
        if (event.key === "Escape") isDrawing.value = false;
      }}
    >
      <div ref={frame}>
        <div style={near ? { transform: `scale(${NEAR})`, transformOrigin: middle } : {}}>
          <DrawingPaper paper={paper} size={form.size} isDrawing={isDrawing}>
            <img src={url.value} alt={say("forms.trace.picture", fields.value.length)} draggable={false} />
            <svg viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
              {fields.value.map((field, index) => (
                // biome-ignore lint/a11y/noStaticElementInteractions: the list has the same, for keys
                <g
                  key={field.drawn?.id ?? field.at.join()}
                  data-state={field.isLeftOut ? "left-out" : index === at ? "current" : ""}
                  onClick={() => choose(index)}
                >
                  <Boxes field={field} position={index + 1} />
                </g>
              ))}
            </svg>
            {fields.value.map(
              ({ drawn }, index) =>
                drawn && (
                  <DrawnHandle key={drawn.id} drawn={drawn} index={index} paper={paper} size={form.size} />
                ),
            )}
          </DrawingPaper>
        </div>
      </div>
      <figcaption>
        <div class="buttons">
          <Button
            look="plain"
            label={say("forms.draw")}
            aria-pressed={isDrawing.value}
            onClick={() => {
              isDrawing.value = !isDrawing.value;
            }}
          />
          <Button look="plain" label={say("forms.draw.add")} data-add onClick={add} />
          <Button
            look="plain"
            label={say("forms.sheet.near")}
            aria-pressed={isNear.value}
            disabled={at === null}
            onMouseDown={(event) => event.preventDefault()} // the field keeps the focus
            onClick={() => {
              isNear.value = !isNear.value;
            }}
          />
        </div>
        {isDrawing.value ? (
          <p class="small">{say("forms.draw.now")}</p>
        ) : (
          fields.value.some(({ drawn }) => drawn) && <p class="small quiet">{say("forms.draw.about")}</p>
        )}
      </figcaption>
    </figure>
  );
}

/** The middle of what can be seen of an element in the window, or of the element where nothing can. */
function middleOf(element: Element): [number, number] {
  const { left, right, top, bottom } = element.getBoundingClientRect();
  const [first, last] = [Math.max(top, 0), Math.min(bottom, innerHeight)];
  return [(left + right) / 2, first < last ? (first + last) / 2 : (top + bottom) / 2];
}

function Boxes({ field, position }: { field: Edited; position: number }) {
  const [left = 0, top = 0, , high = 0] = field.at[0] ?? [];
  const label = String(position);
  const wide = (label.length * 0.6 + 0.4) * TALL;
  return (
    <>
      {field.at.map(([x, y, width, height]) => (
        <rect key={`${x} ${y}`} x={x} y={y} width={width} height={height} />
      ))}
      <rect
        class="label"
        x={left - wide - ROOM / 2}
        y={top}
        width={wide}
        height={Math.min(high, TALL + ROOM)}
      />
      <text x={left - (wide + ROOM) / 2} y={top + TALL} font-size={TALL}>
        {label}
      </text>
    </>
  );
}
