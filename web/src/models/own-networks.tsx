/** The networks that a person trained in the page or scanned, which this browser keeps: named, tried, exported, deleted. */
import { computed, type ReadonlySignal } from "@preact/signals";
import { language, languageTag } from "../language";
import {
  besideShipped,
  descriptionOf,
  type KeptNetwork,
  keptNetworks,
  nameOf,
  renameNetwork,
} from "../learn/train/kept-networks";
import { ownName } from "../learn/train/run";
import { forget } from "../learn/train/runs";
import type { Model } from "../readings";
import { readOnnx } from "../runtime/onnx";
import { say } from "../sentences/say";
import { Button } from "../shared/controls";
import { saveFile } from "../shared/files";
import { described } from "./described";
import { codeName, forgetCode, type KeptCode, keepCode, keptCodes } from "./paper/kept-codes";

const LONGEST = 60; // characters of a name

/** A kept network whose file is made. */
type Trained = KeptNetwork & { onnx: Uint8Array<ArrayBuffer> };
type Kept = Trained | KeptCode;

/** A kept network as a model among the others. */
export interface OwnModel extends Model {
  kept: Kept;
}

/** The last one kept comes first. */
export const ownModels: ReadonlySignal<readonly OwnModel[]> = computed(() => {
  const trained = (keptNetworks.value ?? []).filter((kept): kept is Trained => kept.onnx !== null);
  const all: Kept[] = [...trained, ...(keptCodes.value ?? [])];
  return all.sort((a, b) => b.date - a.date).map(asModel);
});

/** By the file, which stays the same when a network gets another name. */
const models = new WeakMap<Uint8Array, Model>();

function asModel(kept: Kept): OwnModel {
  const { id, onnx } = kept;
  const name = isTrained(kept) ? ownName(id) : codeName(id);
  const model = models.get(onnx) ?? described(name, readOnnx(onnx).card, onnx.length, false);
  models.set(onnx, model);
  return { ...model, kept };
}

export function isOwnModel(model: Model): model is OwnModel {
  return "kept" in model;
}

function isTrained(kept: Kept): kept is Trained {
  return "run" in kept;
}

/** The name of a network on the page. */
function calledOf(kept: Kept): string {
  return isTrained(kept) ? besideShipped(nameOf(kept.run)) : say("models.scanned.name", kept.name);
}

/** The origin and the date of a network. */
export function originOf({ kept }: OwnModel): string {
  const day = new Date(kept.date).toLocaleDateString(languageTag(language.value), { dateStyle: "medium" });
  return say(isTrained(kept) ? "models.own" : "models.scanned", day);
}

function rename(kept: Kept, name: string): Promise<void> {
  return isTrained(kept) ? renameNetwork(kept.id, name) : keepCode({ ...kept, name });
}

function remove(kept: Kept): void {
  if (isTrained(kept)) forget(kept.id);
  else void forgetCode(kept.id);
}

/** The actions for a network besides trying it. */
export function OwnNetwork({ kept }: { kept: Kept }) {
  const { name, onnx } = kept;
  const shown = calledOf(kept);
  return (
    <>
      <label class="own-name small">
        <span class="quiet">{say("models.own.name")}</span>
        <input
          class="field"
          type="text"
          maxLength={LONGEST}
          value={name}
          placeholder={isTrained(kept) ? descriptionOf(kept.run) : say("paper.nameless")}
          onChange={({ currentTarget }) => void rename(kept, currentTarget.value.trim())}
        />
      </label>
      <Button
        label={say("models.own.export")}
        aria-label={say("models.own.of", say("models.own.export"), shown)}
        onClick={() =>
          saveFile(new Blob([onnx], { type: "application/octet-stream" }), `${fileName(kept)}.onnx`)
        }
      />
      <Button
        label={say("models.own.delete")}
        aria-label={say("models.own.of", say("models.own.delete"), shown)}
        onClick={() => {
          if (confirm(say("models.own.sure", shown))) remove(kept);
        }}
      />
    </>
  );
}

/** Replace characters that file names may not have. */
function fileName({ id, name }: Kept): string {
  return name.replaceAll(/[^\p{L}\p{N}. -]+/gu, "-").replaceAll(/^[-. ]+|[-. ]+$/g, "") || id;
}

/** The name as on the command line; for the user's own networks, their names; for others, the recipe. */
export function modelName(model: Model): string {
  if (isOwnModel(model)) return calledOf(model.kept);
  const { name, shipped, chosen, recipe } = model;
  return shipped || chosen ? name : say("models.yours", recipe);
}
