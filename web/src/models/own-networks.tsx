/** The networks that a person trained in the page or scanned, which this browser keeps: named, tried, exported, deleted. */
import { computed, type ReadonlySignal } from "@preact/signals";
import { language, languageTag } from "../language";
import {
  calledOf,
  descriptionOf,
  forgetNetwork,
  type KeptNetwork,
  keepNetwork,
  keptNetworks,
} from "../learn/train/kept-networks";
import { forget } from "../learn/train/runs";
import type { Model } from "../readings";
import { readOnnx } from "../runtime/onnx";
import { say } from "../sentences/say";
import { Button, Section } from "../shared/controls";
import { saveFile } from "../shared/files";
import { ViewLink } from "../shell/view-link";
import { described } from "./described";

const LONGEST = 60; // characters of a name

/** A kept network as a model among the others. */
export interface OwnModel extends Model {
  kept: KeptNetwork;
}

/** The last one kept comes first. */
export const ownModels: ReadonlySignal<readonly OwnModel[]> = computed(() =>
  [...(keptNetworks.value ?? [])].reverse().map(asModel),
);

/** By the file, which stays the same when a network gets another name. */
const models = new WeakMap<Uint8Array, Model>();

function asModel(kept: KeptNetwork): OwnModel {
  const { id, onnx } = kept;
  const model = models.get(onnx) ?? described(id, readOnnx(onnx).card, onnx.length, false);
  models.set(onnx, model);
  return { ...model, kept };
}

export function isOwnModel(model: Model): model is OwnModel {
  return "kept" in model;
}

/** The origin and the date of a network. */
export function originOf({ kept }: OwnModel): string {
  const day = new Date(kept.date).toLocaleDateString(languageTag(language.value), { dateStyle: "medium" });
  return say(kept.run ? "models.own" : "models.scanned", day);
}

function remove({ id, run }: KeptNetwork): void {
  if (run) forget(run.id);
  else void forgetNetwork(id);
}

export function OwnNetworks() {
  const networks = ownModels.value;
  return (
    <Section
      name="own-networks"
      title={say("models.own.title")}
      lead={say(networks.length > 0 ? "models.own.lead" : "models.own.none")}
    >
      <ul>
        {networks.map((model) => (
          <li key={model.name} data-network={model.name} class="stack">
            <h3>{modelName(model)}</h3>
            <p class="small quiet">{originOf(model)}</p>
            <div class="buttons">
              <ViewLink view="write" parameters={{ model: model.name }} class="button">
                {say("models.write")}
              </ViewLink>
              <OwnNetwork kept={model.kept} />
            </div>
          </li>
        ))}
      </ul>
      <p>
        <ViewLink view="learn" parameters={{ step: "train" }} class="button">
          {say("write.inside.train")}
        </ViewLink>
      </p>
    </Section>
  );
}

/** The actions for a network besides trying it. */
function OwnNetwork({ kept }: { kept: KeptNetwork }) {
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
          placeholder={kept.run ? descriptionOf(kept.run) : say("paper.nameless")}
          onChange={({ currentTarget }) => void keepNetwork({ ...kept, name: currentTarget.value.trim() })}
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
function fileName({ id, name, run }: KeptNetwork): string {
  return name.replaceAll(/[^\p{L}\p{N}. -]+/gu, "-").replaceAll(/^[-. ]+|[-. ]+$/g, "") || (run?.id ?? id);
}

/** The name as on the command line; for the user's own networks, their names; for others, the recipe. */
export function modelName(model: Model): string {
  if (isOwnModel(model)) return calledOf(model.kept);
  const { name, shipped, chosen, recipe } = model;
  return shipped || chosen ? name : say("models.yours", recipe);
}
