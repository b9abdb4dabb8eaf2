/** Copy the text; save what was read, with its corrections, as CSV, JSON or a picture with boxes. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { type PlainKey, say } from "../sentences/say";
import { Button, Icon } from "../shared/controls";
import { copyText, saveFile } from "../shared/files";
import type { Shown } from "./digits";
import type { Rect } from "./geometry";
import { statusOf } from "./glyphs";
import { asCsv, asJson, type Named } from "./rows";
import { pictureOf } from "./sheet/drawing";
import type { Entry } from "./state/pictures";
import { pictures, reading, readOf, sheet, shownEntry } from "./state/state";

export function ExportButtons() {
  const shown = reading.value;
  const said = useSignal<PlainKey | null>(null);
  useEffect(() => {
    said.value = null; // the announcement was about another text
  }, [shown?.text]);
  if (!shown) return null;
  const isWaiting = pictures.entries.value.some((entry) => namedOf(entry) === null);
  const tell = (key: PlainKey) => {
    said.value = key;
  };
  const copy = async () => tell((await copyText(shown.text)) ? "write.copied" : "write.copy_refused");
  const save = (content: string, type: string, ending: string) =>
    saveFile(new Blob([content], { type }), nameFor(ending));
  const savePicture = async () => {
    const picture = await withBoxes(shown).catch(() => null);
    if (picture) saveFile(picture, nameFor("png"));
    else tell("write.unshowable_export");
  };
  return (
    <>
      {shown.text !== "" && <Button icon="copy" label={say("write.copy")} onClick={() => void copy()} />}
      <details class="save">
        <summary class="button">
          <Icon name="save" />
          {say("write.save")}
        </summary>
        <div class="buttons">
          {/* the mark at the start tells spreadsheets that it is UTF-8 */}
          <Button
            label="CSV"
            disabled={isWaiting}
            onClick={() => save(`\ufeff${asCsv(all())}`, "text/csv", "csv")}
          />
          <Button
            label="JSON"
            disabled={isWaiting}
            onClick={() => save(asJson(all()), "application/json", "json")}
          />
          <Button label={say("write.save.picture")} onClick={() => void savePicture()} />
        </div>
      </details>
      <span class="small quiet" role="status">
        {said.value && say(said.value)}
      </span>
    </>
  );
}

/** All pictures, also those that could not be read, or the sheet. */
function all(): Named[] {
  const entries = pictures.entries.peek();
  const sheet = reading.peek();
  if (entries.length === 0) return sheet ? [{ source: "", shown: sheet }] : [];
  return entries.map(namedOf).filter((named) => named !== null);
}

/** Null while it is being read. */
function namedOf(entry: Entry): Named | null {
  const shown = shownEntry(entry);
  const { file, question } = entry.picture;
  const source = entry.page ? `${file.name} · ${entry.page + 1}` : file.name;
  if (shown) return { source, shown };
  const answer = readOf(entry);
  const error = answer && "error" in answer ? answer.error : question.trouble.value?.sentence;
  return error === undefined ? null : { source, error };
}

/** Named after the picture, or the number. */
function nameFor(ending: string): string {
  const entry = pictures.chosen.peek();
  const several = pictures.entries.peek().length > 1 && ending !== "png";
  const name = several ? "pictures" : (entry?.picture.file.name.replace(/\.\w+$/, "") ?? "number");
  return `shuzi-${name}.${ending}`;
}

const LEAST = 800; // pixels of the longer side, so that lines and characters can be seen

/** Draw what is shown, as a PNG of the picture's own size; null if the browser cannot open the picture. */
async function withBoxes(shown: Shown): Promise<Blob | null> {
  const source = pictures.chosen.peek()?.picture.file ?? pictureOf(sheet.strokes.peek())?.png();
  const bitmap = source && (await createImageBitmap(source).catch(() => null));
  if (!bitmap) return null;
  const scale = Math.max(1, LEAST / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [Math.round(bitmap.width * scale), Math.round(bitmap.height * scale)];
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  if (!context) return null;
  context.fillStyle = "white";
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  drawBoxes(context, shown, scale, Math.max(width, height));
  return canvas.convertToBlob({ type: "image/png" });
}

function drawBoxes(
  context: OffscreenCanvasRenderingContext2D,
  shown: Shown,
  scale: number,
  longer: number,
): void {
  const style = getComputedStyle(document.documentElement);
  const [line, halo] = ["--on-picture", "--on-picture-halo"].map((name) =>
    style.getPropertyValue(name).trim(),
  );
  const unit = longer / 400;
  context.font = `600 ${8 * unit}px ${style.fontFamily}`;
  context.lineJoin = "round";
  const outline = (draw: () => void, dashes: number[]) => {
    // a halo keeps lines readable on any picture
    for (const [colour, width] of [
      [halo, 2.6],
      [line, 1.1],
    ] as const) {
      context.strokeStyle = colour ?? "black";
      context.lineWidth = width * unit;
      context.setLineDash(dashes.map((dash) => dash * unit));
      draw();
    }
  };
  for (const { box } of shown.ignored) {
    const frame = framed(box, scale);
    outline(() => context.strokeRect(frame.x, frame.y, frame.width, frame.height), [1.5, 2.5]);
  }
  for (const glyph of shown.glyphs) {
    const { x, y, width, height } = glyph.box;
    const frame = framed([x, y, width, height], scale, 2 * unit);
    outline(
      () => context.strokeRect(frame.x, frame.y, frame.width, frame.height),
      statusOf(glyph) === "ok" ? [] : [5, 3],
    );
    const above = frame.y > 10 * unit;
    const at = [frame.x, above ? frame.y - 2 * unit : frame.y + frame.height + 8 * unit] as const;
    context.setLineDash([]);
    context.strokeStyle = halo ?? "white";
    context.lineWidth = 2 * unit;
    context.strokeText(glyph.character, ...at);
    context.fillStyle = line ?? "black";
    context.fillText(glyph.character, ...at);
  }
}

function framed([x, y, width, height]: readonly number[] & { length: 4 }, scale: number, room = 0): Rect {
  const [left = 0, top = 0, wide = 0, high = 0] = [x, y, width, height].map(
    (coordinate) => (coordinate ?? 0) * scale,
  );
  return { x: left - room, y: top - room, width: wide + 2 * room, height: high + 2 * room };
}
