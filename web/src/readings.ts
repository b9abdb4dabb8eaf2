/** The readings and models, and where they come from: the page itself, or the service for what it cannot do. */
import { ApiError, type Request, request } from "./api";
import { hasService } from "./edition";
import type {
  Reading as Answered,
  Digit,
  Ignored,
  Mark,
  Model,
  NumberLine,
  Readings,
  Score,
  Unread,
} from "./generated/shapes";
import { NotRead } from "./here/calls";
import { DISPLAY, type Found, isOwn } from "./here/protocol";
import { isHere, readHere, sentence } from "./here/read";
import type { Grey } from "./ink/picture";
import type { Preparation } from "./reading/report/explain";
import type { Sentence } from "./reading/report/result";
import { say } from "./sentences/say";

export type { Digit, Ignored, Mark, Model, NumberLine, Score, Unread };

/** A reading of the page or of the service. */
export interface Reading extends Answered {
  /** How the first digits were prepared, once the page's own reading is explained. */
  prepared?: readonly Preparation[];
  /** The probability that there is no digit, where the line around it says so. */
  noDigit?: number;
  /** Which digit the message is about, counted from 1, if the page read it itself and it is about one. */
  doubted?: number;
  /** Whether it is only what the smallest network makes of it while another is on its way. */
  isGuess?: true;
}
export type Status = Reading["status"];

/** A drawing on the page; as a file it is only needed for the service. */
export interface Drawn {
  grey: Grey;
  png(): Blob;
}

/** The model that reads a picture, and the pattern that what is written fits; "" for any number. */
export interface HowToRead {
  model: string;
  pattern: string;
}

interface Asking extends HowToRead, Pick<Request, "signal" | "onBusy"> {
  explain: boolean;
  /** Gets what the smallest network reads, if the one that was asked takes long to arrive. */
  onFirst?: (reading: Reading) => void;
}

/**
 * Read one picture: here, if the model is one of the page's and the browser can open the picture, else by the service.
 * A PDF or TIFF with several pages gives several readings.
 *
 * @throws ApiError if the service fails, or is needed and not there
 */
export async function readPicture(picture: Blob | Drawn, asked: Asking): Promise<(Reading | Unread)[]> {
  const isOurs = isHere(asked.model);
  if (isOurs && !(picture instanceof Blob && (await hasPages(picture)))) {
    try {
      const from = picture instanceof Blob ? picture : picture.grey;
      const source = picture instanceof File ? picture.name : "";
      const onFirst = (found: Found) => asked.onFirst?.(firstOf(found, source));
      return [readingOf(await readHere(from, { ...asked, onFirst }), source)];
    } catch (error) {
      if (!(error instanceof NotRead)) throw error;
      // the service can open more, and knows what is wrong with a file
      if (!hasService || (isOwn(asked.model) && error.why !== "picture"))
        throw new ApiError(0, "", say(`here.${error.why}`));
    }
  }
  if (isOwn(asked.model)) throw new ApiError(0, "", say("here.own"));
  if (!hasService) throw new ApiError(0, "", say(isOurs ? "here.pdf" : "here.model"));
  return askService(picture instanceof Blob ? picture : picture.png(), asked);
}

function readingOf({ advice, lines, ...result }: Found, source: string): Reading {
  const said = lines.map(({ advice: ofLine, ...line }) => ({ ...line, message: sentence(ofLine) }));
  return { ...result, lines: said, source, message: sentence(advice), ...doubtedIn(advice) };
}

/** What is read first is never more than a guess. */
function firstOf(found: Found, source: string): Reading {
  const lines = found.lines.map((line) => ({ ...line, status: "unsure" as const }));
  return {
    ...readingOf({ ...found, lines }, source),
    status: "unsure",
    message: say("here.first"),
    isGuess: true,
  };
}

/** The least sure of several digits has its number in the advice. */
function doubtedIn([key, { place }]: Sentence): Pick<Reading, "doubted"> {
  return key === "reading.unsure" && place !== undefined ? { doubted: Number(place) } : {};
}

async function askService(
  picture: Blob,
  { model, pattern, explain, ...rest }: Asking,
): Promise<(Reading | Unread)[]> {
  const how = { model, explain: String(explain), ...(pattern ? { pattern } : {}) };
  const query = new URLSearchParams(model === DISPLAY ? { kind: DISPLAY } : how);
  const path = `v1/read?${query}`;
  let body: Blob | FormData = picture;
  if (picture instanceof File) {
    body = new FormData();
    body.append("picture", picture);
  }
  return (await request<Readings>(path, { method: "POST", body, ...rest })).readings;
}

const HEAD = 1_024; // bytes in which a PDF says that it is one
const TIFF = /^(II[*+]\0|MM\0[*+])/; // of which browsers that open it show the first page

async function hasPages(file: Blob): Promise<boolean> {
  const head = await file.slice(0, HEAD).text();
  return head.includes("%PDF-") || (hasService && TIFF.test(head));
}
