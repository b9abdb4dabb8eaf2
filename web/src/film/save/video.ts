/** Records a film as it plays. */
import { LENGTH } from "../story";
import { type Reel, still } from "./still";

const SIZE = { width: 1280, height: 900 };
const RATE = 30; // pictures a second
const BITS = 4_000_000; // a second
/** What phones and chats take, the most common first. */
const TYPES = ["video/mp4;codecs=avc1.640028", "video/mp4"];

/** The kind of video that this browser makes; null if it makes none. */
export function videoType(): string | null {
  if (typeof MediaRecorder === "undefined") return null;
  return TYPES.find((type) => MediaRecorder.isTypeSupported(type)) ?? null;
}

/**
 * It takes as long as the film.
 *
 * @param tell how far it has come, 0 to 1
 * @throws Error if it is aborted or the browser fails
 */
export async function video(reel: Reel, tell: (done: number) => void, stop: AbortSignal): Promise<Blob> {
  const canvas = Object.assign(document.createElement("canvas"), SIZE);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("no canvas");
  still(context, reel, 0);
  const stream = canvas.captureStream(RATE);
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
