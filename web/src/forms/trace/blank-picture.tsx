/** The blank form with the boxes that were found drawn over it; the field that a person is at can be seen nearer. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { bytesOf } from "../../bundle/base64";
import { say } from "../../sentences/say";
import type { TracedForm } from "../../shapes";
import { revokeLater } from "../read/object-url";
import { currentField, type Edited, fields } from "./form";

const NEAR = 2;
const TALL = 4.5; // millimetres of a number
const ROOM = 1.2;

export function BlankPicture({ form, choose }: { form: TracedForm; choose: (number: number) => void }) {
  const url = useSignal("");
  const isNear = useSignal(false);
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([bytesOf(form.blank)], { type: "image/png" }));
    url.value = made;
    return () => revokeLater(made);
  }, [form, url]);
  const [width, height] = form.size;
  const at = currentField.value;
  const [x, y] = (at === null ? undefined : fields.value[at]?.at[0]) ?? [width / 2, height / 2];
  const near = isNear.value && at !== null;
  // with what is printed to the left of it, which says what it is
  const middle = `${(50 * x) / width}% ${(100 * y) / height}%`;
  return (
    <figure class="forms-blank">
      <div>
        <div style={near ? { transform: `scale(${NEAR})`, transformOrigin: middle } : {}}>
          <img src={url.value} alt={say("forms.trace.picture", fields.value.length)} />
          <svg viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
            {fields.value.map((each, number) => (
              // biome-ignore lint/a11y/noStaticElementInteractions: the list has the same, for keys
              <g
                key={each.at.join()}
                data-state={each.isLeftOut ? "left-out" : number === at ? "current" : ""}
                onClick={() => choose(number)}
              >
                <Boxes field={each} number={number + 1} />
              </g>
            ))}
          </svg>
        </div>
      </div>
      <figcaption>
        <button
          type="button"
          class="button plain"
          aria-pressed={isNear.value}
          disabled={at === null}
          onMouseDown={(event) => event.preventDefault()} // the field keeps the focus
          onClick={() => {
            isNear.value = !isNear.value;
          }}
        >
          {say("forms.sheet.near")}
        </button>
      </figcaption>
    </figure>
  );
}

function Boxes({ field, number }: { field: Edited; number: number }) {
  const [left = 0, top = 0, , high = 0] = field.at[0] ?? [];
  const label = String(number);
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
