/** The service finds the fields on the picture of a blank form. */
import { signal } from "@preact/signals";
import { announce } from "../../announce";
import { ApiError, isAbort } from "../../api";
import { type Said, said } from "../../sentences/said";
import { say } from "../../sentences/say";
import { askTrace } from "./ask";
import { beginForm } from "./form";

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
    const form = await askTrace({ file, page, paper, fields: "" }, mine.signal);
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
