/** All ink of the Write sheet as one image, since non-digits have no images of their own. */
import { computed, type ReadonlySignal } from "@preact/signals";
import { normalize } from "../../ink/normalize";
import { darkOnLight, inkOf } from "../../ink/paper/paper";
import { pictureOf } from "../../write/sheet/drawing";
import { sheet } from "../../write/state/state";

/** 784 values, ink 255; null if nothing is written. */
export const sheetImage: ReadonlySignal<Uint8Array | null> = computed(() => {
  const picture = pictureOf(sheet.strokes.value);
  return picture ? (normalize(inkOf(darkOnLight(picture.grey)))?.pixels ?? null) : null;
});
