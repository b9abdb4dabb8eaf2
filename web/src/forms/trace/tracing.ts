/** The service finds the fields on the picture of a blank form. */
import { signal } from "@preact/signals";
import { announce } from "../../announce";
import { ApiError, isAbort, request } from "../../api";
import { say } from "../../sentences/say";
import type { TracedForm } from "../../shapes";
import { smaller } from "../read/smaller";
import { type Said, said } from "../said";
import { beginForm } from "./form";

const MOST_BYTES = 19_500_000; // of 20 million, with what surrounds the file
const SIDE = 4_000; // pixels on the longer side of a picture that is larger than that

/** Whether a picture is being traced. */
export const isTracing = signal(false);
/** Why there is no form. */
export const trouble = signal<Said | null>(null);

let stopping: AbortController | null = null;

export function stopTracing(): void {
  stopping?.abort();
}

/** Trace a page of a picture; an earlier form stays until there is another one. */
export async function trace(file: File, paper: string, page = 1): Promise<void> {
  stopping?.abort();
  const mine = new AbortController();
  stopping = mine;
  trouble.value = null;
  isTracing.value = true;
  try {
    const small = file.size > MOST_BYTES ? await smaller(file, SIDE) : null;
    const body = new FormData();
    body.append("picture", small?.file ?? file, file.name);
    const query = new URLSearchParams({ paper, page: String(page) });
    const path = `v1/forms/trace?${query}`;
    const form = await request<TracedForm>(path, { body, signal: mine.signal, onBusy: () => undefined });
    beginForm({ file, page, form });
    announce(say("forms.trace.found", form.fields.length));
  } catch (error) {
    if (error instanceof ApiError) trouble.value = said(error.sentence);
    else if (!isAbort(error)) throw error;
  } finally {
    if (stopping === mine) {
      stopping = null;
      isTracing.value = false;
    }
  }
}
