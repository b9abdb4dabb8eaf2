/** The service's client: JSON in and out; failures become an `ApiError` with a message for people. */

import { type ReadonlySignal, signal } from "@preact/signals";
import { hasService } from "./edition";
import { language } from "./language";
import { say } from "./sentences/say";
import { remember, remembered } from "./shared/storage/database";

/** The service refused a request or did not answer. */
export class ApiError extends Error {
  /**
   * @param status HTTP status; 0 without an answer
   * @param key of the error in the service's catalogue, such as "error.picture.unknown"; "" if it has none
   * @param detail the service's own sentence, in the requested language; "" if it has none
   * @param retryAfter seconds after which to retry a busy service
   */
  constructor(
    readonly status: number,
    readonly key = "",
    readonly detail = "",
    readonly retryAfter: number | null = null,
  ) {
    super(detail || key || `HTTP ${status}`);
    this.name = "ApiError";
  }

  /** A message for people; the page's own messages are in the current language. */
  get sentence(): string {
    if (this.status === 0) return this.detail || say(hasService ? "error.unreachable" : "error.no_service");
    return this.detail || say("error.unexpected", this.status);
  }
}

export interface Request {
  method?: "GET" | "POST";
  /** Sent as it is (a Blob, FormData); anything else is sent as JSON. */
  body?: Blob | FormData | object;
  /** Aborts the request; `request` then throws the browser's AbortError, see `isAbort`. */
  signal?: AbortSignal;
  /**
   * Called with the wait that a busy service (429) asks for; the request is then retried. Without it, 429 is an
   * error.
   */
  onBusy?: (seconds: number) => void;
}

const LONGEST_WAIT = 30; // seconds

/**
 * Send a request to the service.
 *
 * @param path relative to the page, such as "v1/models"
 * @throws ApiError where the service refuses or does not answer
 */
export async function request<Answer>(path: string, options: Request = {}): Promise<Answer> {
  for (;;) {
    try {
      return await once<Answer>(path, options);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 429 || !options.onBusy) throw error;
      const seconds = Math.min(Math.max(Math.ceil(error.retryAfter ?? 1), 1), LONGEST_WAIT);
      options.onBusy(seconds);
      await pause(seconds, options.signal);
    }
  }
}

async function once<Answer>(path: string, options: Request): Promise<Answer> {
  const [response, text] = await answered(path, options, "application/json", (answer) => answer.text());
  const content = parsed(text);
  if (response.ok && content !== undefined) return content as Answer;
  throw asError(response, content);
}

/**
 * Send a request whose answer is a file.
 *
 * @throws ApiError where the service refuses or does not answer
 */
export async function requestFile(path: string, options: Omit<Request, "onBusy"> = {}): Promise<Blob> {
  const [response, file] = await answered(path, options, "*/*", (answer) => answer.blob());
  if (response.ok) return file;
  throw asError(response, parsed(await file.text()));
}

async function answered<Content>(
  path: string,
  { method, body, signal }: Request,
  accept: string,
  read: (response: Response) => Promise<Content>,
): Promise<[Response, Content]> {
  const headers: Record<string, string> = { Accept: accept, "Accept-Language": language.peek() };
  const init: RequestInit = { method: method ?? (body ? "POST" : "GET"), headers, cache: "no-store" };
  if (signal) init.signal = signal;
  if (body instanceof Blob || body instanceof FormData) init.body = body;
  else if (body) {
    headers["Content-Type"] = "application/json";
    init.body = JSON.stringify(body);
  }
  try {
    const response = await ask(path, init);
    return [response, await read(response)];
  } catch (error) {
    if (isAbort(error) || error instanceof ApiError) throw error;
    throw new ApiError(0);
  }
}

/** Send a request with the token, if any; if the service rejects it, wait for another token and retry. */
export async function ask(path: string, init: RequestInit): Promise<Response> {
  if (!hasService) throw new ApiError(0);
  for (;;) {
    const shown = kept;
    const headers = new Headers(init.headers);
    if (shown) headers.set("Authorization", `Bearer ${shown}`);
    const response = await fetch(path, { ...init, headers });
    if (response.status !== 401) return response;
    await anotherToken(shown, init.signal);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function asError(response: Response, content: unknown): ApiError {
  const problem = (typeof content === "object" && content !== null ? content : {}) as Record<string, unknown>;
  const wait = Number.parseFloat(response.headers.get("Retry-After") ?? "");
  return new ApiError(
    response.status,
    typeof problem.key === "string" ? problem.key : "",
    typeof problem.detail === "string" ? problem.detail : "",
    Number.isFinite(wait) ? wait : null,
  );
}

/** Whether the page itself aborted the request, so that there is nothing to report. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

function pause(seconds: number, signal: AbortSignal | undefined): Promise<void> {
  return unlessAborted(signal, (goOn) => {
    const timer = setTimeout(goOn, seconds * 1000);
    return () => clearTimeout(timer);
  });
}

/** Wait until `begin`'s function is called; if aborted, undo what it began and throw the browser's AbortError. */
function unlessAborted(
  signal: AbortSignal | null | undefined,
  begin: (goOn: () => void) => () => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveUp = () => {
      undo();
      reject(new DOMException("given up", "AbortError"));
    };
    const undo = begin(() => {
      signal?.removeEventListener("abort", giveUp);
      resolve();
    });
    if (signal?.aborted) giveUp();
    else signal?.addEventListener("abort", giveUp, { once: true });
  });
}

const NAME = "token";
/** The characters allowed in a header; the service accepts no other tokens. */
const SOUND = /^[\x21-\x7e]+( [\x21-\x7e]+)*$/;

/** "needed": the service requires a token; "refused": it rejected the one that was given. */
type Want = "needed" | "refused";

const want = signal<Want | null>(null);
/** Whether to ask the user for a token, and why; null if not. */
export const wanted: ReadonlySignal<Want | null> = want;

/** The current token, or "". */
let kept = handedOver() || (remembered(NAME, "sessionStorage") ?? "");
let waiting: (() => void)[] = [];

/** Set the token that the user entered. */
export function giveToken(text: string): void {
  const sound = text.trim();
  if (!SOUND.test(sound)) {
    want.value = "refused";
    return;
  }
  kept = sound;
  remember(NAME, sound, "sessionStorage");
  want.value = null;
  const all = waiting;
  waiting = [];
  for (const goOn of all) goOn();
}

/**
 * After a refused request, wait for another token.
 *
 * @param shown the token in the request; if it has been replaced in the meantime, resolve at once
 * @param signal aborts the wait, which then throws the browser's AbortError
 */
function anotherToken(shown: string, signal?: AbortSignal | null): Promise<void> {
  if (shown !== kept) return Promise.resolve();
  want.value = shown ? "refused" : "needed";
  return unlessAborted(signal, (goOn) => {
    waiting.push(goOn);
    return () => {
      waiting = waiting.filter((waiter) => waiter !== goOn);
    };
  });
}

/** The token in the address that the service printed, in the part that browsers keep to themselves. */
function handedOver(): string {
  const tokenInAddress = new URLSearchParams(location.hash.slice(1)).get("token") ?? "";
  if (!SOUND.test(tokenInAddress)) return "";
  history.replaceState(null, "", location.pathname + location.search); // so that no copied address holds it
  remember(NAME, tokenInAddress, "sessionStorage");
  return tokenInAddress;
}
