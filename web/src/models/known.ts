/** The service's models; without a connection to it, those that the page has itself. The old list is kept meanwhile. */
import { shipped } from "virtual:models";
import { computed, signal } from "@preact/signals";
import { ApiError, request } from "../api";
import type { Model, Models } from "../generated/shapes";

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
    const onBusy = (seconds: number) => {
      busy.value = seconds;
    };
    models.value = bestFirst((await request<Models>("v1/models", { onBusy })).models);
    trouble.value = null;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 0) models.value ??= bestFirst(shipped);
    else trouble.value = error;
  }
}

function bestFirst(listed: readonly Model[]): Model[] {
  return [...listed].sort((a, b) => (b.score?.accuracy ?? 0) - (a.score?.accuracy ?? 0));
}
