/** Pictures of how a digit was prepared, one after another, each with its name and a sentence. */
import type { ComponentChildren } from "preact";
import type { Grey } from "../../ink/picture";
import { GreyPicture } from "./grey-picture";
import "./stages.css";

export interface ShownStage {
  /** Of its own in the list. */
  key: string;
  /** Null while it is on its way. */
  picture: Grey | null;
  /** A description of the picture, for those who do not see it. */
  label: string;
  /** The name below it, perhaps with a switch; the label if nothing is said. */
  name?: ComponentChildren;
  about?: string;
  isOff?: boolean;
}

export function StageList({ stages, label }: { stages: readonly ShownStage[]; label?: string }) {
  return (
    <ol class="stage-list" aria-label={label}>
      {stages.map((stage) => (
        <OneStage key={stage.key} stage={stage} />
      ))}
    </ol>
  );
}

function OneStage({ stage: { key, picture, label, name, about, isOff = false } }: { stage: ShownStage }) {
  return (
    <li data-stage={key} data-off={isOff}>
      {picture ? <GreyPicture picture={picture} label={label} /> : <div class="grey-picture waiting" />}
      {name ?? <p>{label}</p>}
      {about && <p class="small quiet">{about}</p>}
    </li>
  );
}
