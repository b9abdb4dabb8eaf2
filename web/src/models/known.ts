/** The models that the service has. What was known is kept until the service has answered again. */
import { computed, signal } from "@preact/signals";
import { ApiError } from "../api";
import { listModels, type Model } from "../readings";

/** Null until they are known. */
export const models = signal<readonly Model[] | null>(null);
export const trouble = signal<ApiError | null>(null);
export const busy = signal<number | null>(null);

/** Those that the service was started with and that tell which digit an image holds. */
export const givenClassifiers = computed(() =>
  (models.value ?? []).filter((each) => each.kind === "classifier" && (each.shipped || each.chosen)),
);

let asking: Promise<void> | null = null;

/** Ask the service anew, since a training adds models; not twice at a time. */
export function learnModels(): Promise<void> {
  asking ??= ask().finally(() => {
    asking = null;
    busy.value = null;
  });
  return asking;
}

async function ask(): Promise<void> {
  try {
    const found = await listModels({
      onBusy: (seconds) => {
        busy.value = seconds;
      },
    });
    // the most accurate first; the service knows no order
    models.value = found.sort((one, other) => (other.score?.accuracy ?? 0) - (one.score?.accuracy ?? 0));
    trouble.value = null;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    trouble.value = error;
  }
}
