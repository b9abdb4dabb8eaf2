/** Draw the boxes and characters of a reading over its picture. */
import { statusOf } from "../digits/glyphs";
import type { Shown } from "../digits/shown";
import type { Rect } from "../geometry/geometry";
import { pictureOf } from "../sheet/drawing";
import { pictures, sheet } from "../state/state";

const LEAST = 800; // pixels of the longer side, so that lines and characters can be seen

/** Draw what is shown, as a PNG of the picture's own size; null if the browser cannot open the picture. */
export async function withBoxes(shown: Shown): Promise<Blob | null> {
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
