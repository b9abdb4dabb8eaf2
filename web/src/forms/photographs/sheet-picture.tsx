/** The photograph of the sheet, with the current cell framed. */
import { signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { say } from "../../sentences/say";
import { NearButton } from "../../shared/controls";
import { cellAt, current, origin } from "../review/review";
import { photographOf, photographs, revokeLater } from "./photographs";

interface Shown {
  source: string;
  url: string;
  width: number;
  height: number;
}

const NEAR = 3;
const ROOM = 0.25;
const isNear = signal(false);

export function SheetPicture() {
  const cell = current.value && cellAt(current.value);
  const source = cell?.source ?? "";
  const shown = useSignal<Shown | null>(null);
  const [from, all] = [origin.value, photographs.value];
  useEffect(() => {
    let [url, isLeft] = ["", false];
    void photographOf(source).then((blob) => {
      if (isLeft) return;
      url = blob ? URL.createObjectURL(blob) : "";
      shown.value = url ? { source, url, width: 0, height: 0 } : null;
    });
    return () => {
      isLeft = true;
      revokeLater(url);
    };
  }, [source, from, all, shown]);
  const photograph = shown.value;
  if (!photograph || !cell) return null;
  const [x, y, width, height] = cell.box;
  const room = ROOM * Math.min(width, height); // so that the frame covers nothing that is written
  const around = { x: x - room, y: y - room, width: width + 2 * room, height: height + 2 * room };
  const isFramed = photograph.width > 0 && photograph.source === source;
  const middle = `${(100 * (x + width / 2)) / photograph.width}% ${(100 * (y + height / 2)) / photograph.height}%`;
  return (
    <figure class="forms-sheet" data-near={isNear.value}>
      <div>
        <div style={isFramed && isNear.value ? { transform: `scale(${NEAR})`, transformOrigin: middle } : {}}>
          <img
            src={photograph.url}
            alt={say("forms.sheet", photograph.source)}
            onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) => {
              shown.value = { ...photograph, width: naturalWidth, height: naturalHeight };
            }}
            onError={() => {
              shown.value = null; // the file is gone
            }}
          />
          {isFramed && (
            <svg class="cover" viewBox={`0 0 ${photograph.width} ${photograph.height}`} aria-hidden="true">
              <rect class="forms-halo" {...around} />
              <rect class="forms-frame" {...around} data-testid="frame" data-box={String(cell.box)} />
            </svg>
          )}
        </div>
      </div>
      <figcaption class="small quiet">
        <NearButton isNear={isNear} />
        {photograph.source}
      </figcaption>
    </figure>
  );
}
