/** The service's models. The old list is kept until the service answers again. */
import { computed, signal } from "@preact/signals";
import { ApiError } from "../api";
import { listModels, type Model } from "../readings";

/** Null until loaded. */
export const models = signal<readonly Model[] | null>(null);
export const trouble = signal<ApiError | null>(null);
export const busy = signal<number | null>(null);

/** The classifiers that the service was started with. */
export const givenClassifiers = computed(() =>
  (models.value ?? []).filter((model) => model.kind === "classifier" && (model.shipped || model.chosen)),
);

/** The name of the default model; until the list is loaded, the shipped default. */
export const chosenName = computed(
  () => givenClassifiers.value.find((model) => model.chosen)?.name ?? "default",
);

let asking: Promise<void> | null = null;

/** Reload the list, since training adds models; never twice at a time. */
export function learnModels(): Promise<void> {
  asking ??= ask().finally(() => {
    asking = null;
    busy.value = null;
  });
  return asking;
}

async function ask(): Promise<void> {
  try {
    const listed = await listModels({
      onBusy: (seconds) => {
        busy.value = seconds;
      },
    });
    // the most accurate first; the service returns them unordered
    models.value = listed.sort((a, b) => (b.score?.accuracy ?? 0) - (a.score?.accuracy ?? 0));
    trouble.value = null;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    trouble.value = error;
  }
}
