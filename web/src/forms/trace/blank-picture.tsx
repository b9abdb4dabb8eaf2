/** The blank form with its fields drawn over it; the field that a person is at can be seen nearer. */
import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { TracedForm } from "../../generated/shapes";
import { say } from "../../sentences/say";
import { NearButton } from "../../shared/controls";
import { bytesOf } from "../../shared/files";
import { revokeLater } from "../photographs/photographs";
import { currentField, type Edited, fields } from "./form";

const NEAR = 2;
const TALL = 4.5; // millimetres of a number
const ROOM = 1.2;

export function BlankPicture({ form, choose }: { form: TracedForm; choose: (index: number) => void }) {
  const url = useSignal("");
  const isNear = useSignal(false);
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([bytesOf(form.blank)], { type: "image/png" }));
    url.value = made;
    return () => revokeLater(made);
  }, [form, url]);
  const [width, height] = form.size;
  const at = currentField.value;
  const near = isNear.value && at !== null;
  // with what is printed to the left of it, which says what it is
  const middle = useMemo(() => {
    const [x, y] = (at === null ? undefined : fields.peek()[at]?.at[0]) ?? [width / 2, height / 2];
    return `${(50 * x) / width}% ${(100 * y) / height}%`;
  }, [at, near, width, height]);
  return (
    <figure class="forms-blank">
      <div>
        <div style={near ? { transform: `scale(${NEAR})`, transformOrigin: middle } : {}}>
          <div class="forms-paper-shown">
            <img src={url.value} alt={say("forms.trace.picture", fields.value.length)} draggable={false} />
            <svg class="cover" viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
              {fields.value.map((field, index) => (
                // biome-ignore lint/a11y/noStaticElementInteractions: the list has the same, for keys
                <g
                  key={field.at.join()}
                  data-state={field.isLeftOut ? "left-out" : index === at ? "current" : ""}
                  onClick={() => choose(index)}
                >
                  <Boxes field={field} position={index + 1} />
                </g>
              ))}
            </svg>
          </div>
        </div>
      </div>
      <figcaption>
        <div class="buttons">
          <NearButton isNear={isNear} disabled={at === null} />
        </div>
      </figcaption>
    </figure>
  );
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
