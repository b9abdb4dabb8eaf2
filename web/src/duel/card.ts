/** The card to send on: before and after, the ink of both players, the address, and a code that opens the game. */
import { css, type Look } from "../film/draw/canvas";
import type { posterOfImage } from "../film/saving";
import { largestMagnitude } from "../ink/numbers";
import { drawn } from "../shared/qr-code";
import { SIDE } from "./game";

interface Told {
  title: string;
  /** Below the pictures. */
  lines: readonly string[];
  /** How each pixel of both pictures pulls, to be shown below the ink. */
  pulls?: readonly Float32Array[];
  question: string;
  about: string;
  address: string;
  /** The text of the code. */
  link: string;
}

const [WIDTH, HEIGHT, GAP] = [1080, 1350, 60] as const; // pixels
const BOARD = (WIDTH - 3 * GAP) / 2;
const CODE = 340;
const TEXT = 36;

/** @throws Error where the browser draws nothing */
export async function cardOf(start: Uint8Array, now: Uint8Array, told: Told, look: Look): Promise<Blob> {
  const code = await drawn(told.link);
  const canvas = Object.assign(document.createElement("canvas"), { width: WIDTH, height: HEIGHT });
  const context = canvas.getContext("2d");
  if (!context) throw new Error("no canvas");
  context.fillStyle = css(look.colours.surface);
  context.fillRect(0, 0, WIDTH, HEIGHT);
  const write = (text: string, x: number, y: number, font = `${TEXT}px ${look.fonts.text}`) => {
    context.fillStyle = css(look.colours.ink);
    context.font = font;
    context.fillText(text, x, y, WIDTH - x - GAP);
  };
  write(told.title, GAP, 150, `600 84px ${look.fonts.display}`);
  const top = 220;
  for (const [index, picture] of [start, now].entries())
    board(context, picture, start, told.pulls?.[index], [GAP + index * (BOARD + GAP), top], look);
  for (const [row, line] of told.lines.entries()) write(line, GAP, top + BOARD + 80 + row * 1.5 * TEXT);
  const low = HEIGHT - GAP - CODE;
  context.imageSmoothingEnabled = false;
  context.drawImage(code, GAP, low, CODE, CODE);
  const right = 2 * GAP + CODE;
  write(told.question, right, low + 80, `600 72px ${look.fonts.display}`);
  for (const [row, line] of [...told.about.split("\n"), told.address].entries())
    write(line, right, low + 160 + row * 1.5 * TEXT);
  return pictureOf(canvas);
}

/** The back of the card for `tiny`: the film of the changed digit on one page. */
export const backOf = async (...of: Parameters<typeof posterOfImage>): Promise<Blob> =>
  pictureOf(await (await import("../film/saving")).posterOfImage(...of));

function pictureOf(canvas: HTMLCanvasElement | null): Promise<Blob> {
  return new Promise((resolve, reject) => {
    if (!canvas) reject(new Error("no network"));
    else canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))));
  });
}

function board(
  context: CanvasRenderingContext2D,
  picture: Uint8Array,
  start: Uint8Array,
  pull: Float32Array | undefined,
  [left, top]: readonly [number, number],
  { colours }: Look,
): void {
  const pixel = BOARD / SIDE;
  context.fillStyle = css(colours.sunken);
  context.fillRect(left, top, BOARD, BOARD);
  const strongest = largestMagnitude(pull ?? []);
  for (const [index, value] of picture.entries()) {
    const [x, y] = [left + (index % SIDE) * pixel, top + Math.floor(index / SIDE) * pixel];
    context.globalAlpha = Math.abs(pull?.[index] ?? 0) / strongest;
    context.fillStyle = css((pull?.[index] ?? 0) > 0 ? colours.accent : colours.warn);
    context.fillRect(x, y, pixel, pixel);
    context.globalAlpha = (value / 255) * (pull ? 0.7 : 1);
    context.fillStyle = css(colours.ink);
    context.fillRect(x, y, pixel, pixel);
    context.globalAlpha = 1;
    if (value === start[index]) continue;
    context.strokeStyle = css(value > (start[index] ?? 0) ? colours.accent : colours.warn);
    context.lineWidth = 3;
    context.strokeRect(x + 1.5, y + 1.5, pixel - 3, pixel - 3);
  }
}
