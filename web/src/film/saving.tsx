/** Saves the film: as a video, or as a poster. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { percent } from "../learn/format";
import { publicAddress } from "../project";
import { type PlainKey, say } from "../sentences/say";
import { Button, Icon } from "../shared/controls";
import { saveFile } from "../shared/files";
import { remembered } from "../shared/storage/database";
import { captionsOf } from "./captions";
import { css, type Look, lookOf, paint } from "./draw/canvas";
import { type Film, filmOf } from "./draw/frame";
import { filmGraph } from "./network";
import type { Player } from "./player";
import { LENGTH, restOf, STOPS, stopAt } from "./story";
import { takeOf } from "./take";

const NAME = "shuzi-film";

export function Saving({ film, player, ...told }: Told & { film: Film; player: Player }) {
  const details = useRef<HTMLDetailsElement>(null);
  /** How far the video has come, 0 to 1. */
  const made = useSignal<number | null>(null);
  const said = useSignal<PlainKey | null>(null);
  const stop = useRef<AbortController | null>(null);
  useEffect(() => () => stop.current?.abort(), []);

  const saveVideo = async () => {
    if (!details.current || made.peek() !== null) return;
    player.pause();
    const look = lookOf(details.current);
    const abort = new AbortController();
    stop.current = abort;
    said.value = null;
    made.value = 0;
    try {
      const tell = (done: number) => {
        if (done - (made.peek() ?? 0) >= 0.01) made.value = done;
      };
      const file = await video({ film, captions: told.captions, look }, tell, abort.signal);
      saveFile(file, `${NAME}.${file.type.includes("mp4") ? "mp4" : "webm"}`);
      said.value = "film.saved";
    } catch {
      said.value = abort.signal.aborted ? null : "film.save.failed";
    } finally {
      made.value = null;
    }
  };
  const savePoster = () => {
    if (!details.current) return;
    posterOf(film, told, lookOf(details.current)).toBlob((picture) => {
      if (picture) saveFile(picture, `${NAME}.png`);
      said.value = picture ? "film.saved" : "film.save.failed";
    });
  };
  return (
    <details class="save film-save" ref={details}>
      <summary class="button">
        <Icon name="save" />
        {say("film.save")}
      </summary>
      <div class="buttons">
        {made.value !== null ? (
          <>
            <span class="small numbers">{say("film.saving", percent(made.value, 0))}</span>
            <Button label={say("film.stop")} onClick={() => stop.current?.abort()} />
          </>
        ) : (
          <>
            {videoType() && <Button label={say("film.save.video")} onClick={() => void saveVideo()} />}
            <Button label={say("film.save.poster")} onClick={savePoster} />
          </>
        )}
        <span class="small quiet" role="status">
          {said.value && say(said.value)}
        </span>
      </div>
    </details>
  );
}

const VIDEO_SIZE = { width: 1280, height: 900 };
const VIDEO_RATE = 30; // pictures a second
const BITS = 4_000_000; // a second
/** What phones and chats take, the most common first; Firefox makes only the last. */
const TYPES = ["video/mp4;codecs=avc1.640028", "video/mp4", "video/webm"];

/** The kind of video that this browser makes; null if it makes none. */
function videoType(): string | null {
  if (typeof MediaRecorder === "undefined") return null;
  return TYPES.find((type) => MediaRecorder.isTypeSupported(type)) ?? null;
}

/**
 * It takes as long as the film.
 *
 * @param tell how far it has come, 0 to 1
 * @throws Error if it is aborted or the browser fails
 */
async function video(reel: Reel, tell: (done: number) => void, stop: AbortSignal): Promise<Blob> {
  const canvas = Object.assign(document.createElement("canvas"), VIDEO_SIZE);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("no canvas");
  still(context, reel, 0);
  const stream = canvas.captureStream(VIDEO_RATE);
  const recorder = new MediaRecorder(stream, { mimeType: videoType() ?? "", videoBitsPerSecond: BITS });
  const parts: Blob[] = [];
  const ended = new Promise<boolean>((resolve) => {
    recorder.ondataavailable = ({ data }) => parts.push(data);
    recorder.onstop = () => resolve(true);
    recorder.onerror = () => resolve(false);
  });
  recorder.start(1000);
  const began = performance.now();
  try {
    for (let t = 0; t < LENGTH; t = (performance.now() - began) / 1000) {
      stop.throwIfAborted();
      if (recorder.state === "inactive") throw new Error("the recorder failed");
      still(context, reel, t);
      tell(t / LENGTH);
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    still(context, reel, LENGTH);
    await new Promise((resolve) => setTimeout(resolve, 500)); // the last picture stays for a moment
  } finally {
    if (recorder.state !== "inactive") recorder.stop();
    for (const track of stream.getTracks()) track.stop();
  }
  if (!(await ended)) throw new Error("the recorder failed");
  return new Blob(parts, { type: recorder.mimeType });
}

const BAND = 0.2; // of the height, for the sentence

/** One moment of the film with its sentence below it, as videos show it. */
interface Reel {
  film: Film;
  captions: readonly string[];
  look: Look;
}

/** Paint a moment on the whole canvas. */
function still(context: CanvasRenderingContext2D, { film, captions, look }: Reel, t: number): void {
  const { width, height } = context.canvas;
  const band = Math.round(BAND * height);
  paint(context, film(t), { x: 0, y: 0, width, height: height - band }, look);
  context.fillStyle = css(look.colours.sunken);
  context.fillRect(0, height - band, width, band);
  const size = band / 4.2;
  context.fillStyle = css(look.colours.ink);
  context.font = `${size}px ${look.fonts.text}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  const lines = balanced(captions[stopAt(t)] ?? "", (text) => context.measureText(text).width, 0.94 * width);
  for (const [index, line] of lines.entries())
    context.fillText(line, width / 2, height - band / 2 + (index - (lines.length - 1) / 2) * 1.3 * size);
}

const PIECES = /[\u2e80-\u9fff\uff00-\uffef]|[^\s\u2e80-\u9fff\uff00-\uffef]+\s*|\s+/gu; // a word, or a Chinese character
const MARK = /^[，。：；、）]/u; // never begins a line

/** As few lines as possible, about equally long. */
function balanced(sentence: string, widthOf: (text: string) => number, most: number): string[] {
  const lines = wrapped(sentence, widthOf, most);
  const narrower = wrapped(sentence, widthOf, 0.95 * most);
  return lines.length > 1 && narrower.length === lines.length
    ? balanced(sentence, widthOf, 0.95 * most)
    : lines;
}

/** A sentence as lines that are no wider than `most`. */
function wrapped(sentence: string, widthOf: (text: string) => number, most: number): string[] {
  const lines = [""];
  for (const piece of sentence.match(PIECES) ?? []) {
    const line = lines.at(-1) ?? "";
    if (line && widthOf(line + piece.trimEnd()) > most && !MARK.test(piece)) lines.push(piece);
    else lines[lines.length - 1] = line + piece;
  }
  return lines.map((line) => line.trim());
}

const PANEL = { width: 640, height: 360 }; // pixels
const [COLUMNS, GAP, HEAD, FOOT] = [3, 40, 168, 128];
const TEXT = { size: 26, line: 36, lines: 3 };

interface Told {
  title: string;
  /** A sentence for each stop. */
  captions: readonly string[];
}

/** The film on one page: every stop with its sentence. */
export function posterOf(film: Film, { title, captions }: Told, look: Look): HTMLCanvasElement {
  const high = PANEL.height + 16 + TEXT.lines * TEXT.line + GAP;
  const canvas = Object.assign(document.createElement("canvas"), {
    width: GAP + COLUMNS * (PANEL.width + GAP),
    height: HEAD + Math.ceil(STOPS.length / COLUMNS) * high + FOOT,
  });
  const context = canvas.getContext("2d");
  if (!context) return canvas;
  const write = (text: string, x: number, y: number, font = `${TEXT.size}px ${look.fonts.text}`) => {
    context.fillStyle = css(look.colours.ink);
    context.font = font;
    context.fillText(text, x, y);
  };
  context.fillStyle = css(look.colours.sunken);
  context.fillRect(0, 0, canvas.width, canvas.height);
  write(title, GAP, 108, `600 64px ${look.fonts.display}`);
  for (const index of STOPS.keys()) {
    const x = GAP + (index % COLUMNS) * (PANEL.width + GAP);
    const y = HEAD + Math.floor(index / COLUMNS) * high;
    paint(context, film(restOf(index)), { x, y, ...PANEL }, look);
    context.font = `${TEXT.size}px ${look.fonts.text}`;
    const sentence = `${index + 1}. ${captions[index] ?? ""}`;
    const lines = wrapped(sentence, (text) => context.measureText(text).width, PANEL.width);
    for (const [row, line] of lines.entries()) write(line, x, y + PANEL.height + 44 + row * TEXT.line);
  }
  const [player, address] = [remembered("player"), publicAddress()];
  write((player ? `${player}. ` : "") + say("film.poster.about"), GAP, canvas.height - 76);
  write(say("film.poster.try", address || "shuzi"), GAP, canvas.height - 36);
  return canvas;
}

/** The poster of the film of an image that should be read as `label`; null where the network cannot be loaded. */
export async function posterOfImage(
  image: Uint8Array,
  label: number,
  title: string,
  look: Look,
): Promise<HTMLCanvasElement | null> {
  const graph = await filmGraph();
  if (graph === "missing") return null;
  const take = takeOf(graph, image, label, label);
  return posterOf(filmOf(take), { title, captions: captionsOf(take, true) }, look);
}
