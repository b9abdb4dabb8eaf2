/** The networks that a person trained in the page and that this browser keeps: named, tried, exported, deleted. */
import { computed, type ReadonlySignal } from "@preact/signals";
import { language, languageTag } from "../language";
import { type KeptNetwork, keptNetworks, renameNetwork } from "../learn/train/runs/kept-networks";
import { descriptionOf, nameOf } from "../learn/train/runs/naming";
import { ownName } from "../learn/train/runs/own-names";
import { forget } from "../learn/train/runs/runs";
import type { Model } from "../readings";
import { readOnnx } from "../runtime/onnx";
import { say } from "../sentences/say";
import { saveFile } from "../shared/take";
import { described } from "./described";

const LONGEST = 60; // characters of a name

/** A kept network whose file is made. */
type Made = KeptNetwork & { onnx: Uint8Array<ArrayBuffer> };

/** A kept network as a model among the others. */
export interface OwnModel extends Model {
  kept: Made;
}

/** The last one kept comes first. */
export const ownModels: ReadonlySignal<readonly OwnModel[]> = computed(() =>
  (keptNetworks.value ?? [])
    .filter((kept): kept is Made => kept.onnx !== null)
    .map(asModel)
    .reverse(),
);

/** By the file, which stays the same when a network gets another name. */
const models = new WeakMap<Uint8Array, Model>();

function asModel(kept: Made): OwnModel {
  const { id, onnx } = kept;
  const model = models.get(onnx) ?? described(ownName(id), readOnnx(onnx).card, onnx.length, false);
  models.set(onnx, model);
  return { ...model, kept };
}

export function isOwnModel(model: Model): model is OwnModel {
  return "kept" in model;
}

/** When it was trained, in the language of the page. */
export function dayOf({ date }: KeptNetwork): string {
  return new Date(date).toLocaleDateString(languageTag(language.value));
}

/** What can be done with a network besides trying it. */
export function OwnNetwork({ kept }: { kept: Made }) {
  const { id, name, run, onnx } = kept;
  const shown = nameOf(run);
  return (
    <>
      <label class="own-name small">
        <span class="quiet">{say("models.own.name")}</span>
        <input
          type="text"
          maxLength={LONGEST}
          value={name}
          placeholder={descriptionOf(run)}
          onChange={({ currentTarget }) => void renameNetwork(id, currentTarget.value.trim())}
        />
      </label>
      <button
        type="button"
        class="button"
        aria-label={say("models.own.of", say("models.own.export"), shown)}
        onClick={() =>
          saveFile(new Blob([onnx], { type: "application/octet-stream" }), `${fileName(kept)}.onnx`)
        }
      >
        {say("models.own.export")}
      </button>
      <button
        type="button"
        class="button"
        aria-label={say("models.own.of", say("models.own.delete"), shown)}
        onClick={() => {
          if (confirm(say("models.own.sure", shown))) forget(id);
        }}
      >
        {say("models.own.delete")}
      </button>
    </>
  );
}

/** A file's name may not hold everything that a network's may. */
function fileName({ id, name }: KeptNetwork): string {
  return name.replaceAll(/[^\p{L}\p{N}. -]+/gu, "-").replaceAll(/^[-. ]+|[-. ]+$/g, "") || id;
}
