/** The models compared. */
import { useEffect } from "preact/hooks";
import { loadNetworks } from "../learn/train/kept-networks";
import { say } from "../sentences/say";
import { Notice } from "../shared/controls";
import { busy, learnModels, models, trouble } from "./known";
import { ModelTable } from "./model-table";
import { ownModels } from "./own-networks";

export function ModelsView() {
  useEffect(() => {
    void learnModels();
    void loadNetworks();
  }, []);
  return (
    <article class="view models">
      <header>
        <h1>{say("view.models")}</h1>
        <p class="lead">{say("models.lead")}</p>
      </header>
      {busy.value !== null && <Notice text={say("error.busy", busy.value)} />}
      {trouble.value && (
        <Notice role="alert" text={trouble.value.sentence} again={() => void learnModels()} />
      )}
      {!models.value && !trouble.value && <p class="quiet">{say("models.listing")}</p>}
      {models.value && (
        <ModelTable
          models={[...models.value.filter(({ kind }) => kind === "classifier"), ...ownModels.value]}
        />
      )}
    </article>
  );
}
