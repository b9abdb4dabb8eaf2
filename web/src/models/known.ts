/** The models that the service has, asked for once and then kept. */
import { computed, signal } from "@preact/signals";
import { ApiError } from "../api";
import { listModels, type Model } from "../readings";

/** Null until they are known. */
export const models = signal<readonly Model[] | null>(null);
export const trouble = signal<ApiError | null>(null);
export const busy = signal<number | null>(null);

export const classifiers = computed(() => (models.value ?? []).filter((each) => each.kind === "classifier"));

let asking: Promise<void> | null = null;

/** Ask the service, unless they are known or asked for already. */
export function learnModels(): Promise<void> {
  if (models.peek()) return Promise.resolve();
  asking ??= ask().finally(() => {
    asking = null;
    busy.value = null;
  });
  return asking;
}

async function ask(): Promise<void> {
  trouble.value = null;
  try {
    models.value = await listModels({
      onBusy: (seconds) => {
        busy.value = seconds;
      },
    });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    trouble.value = error;
  }
}
