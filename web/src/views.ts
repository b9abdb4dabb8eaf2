/** The views of the page: their names in the address, and their components. */
import type { FunctionComponent } from "preact";
import type { ViewName } from "./address";
import { ModelsView } from "./models/models-view";
import type { PlainKey } from "./sentences/say";
import { whenLoaded } from "./shared/hooks";
import { ThingsView } from "./things/things-view";
import { WriteView } from "./write/write-view";

const LearnView = whenLoaded(
  () => import("./learn/learn-view").then(({ LearnView }) => LearnView),
  "paper.missing",
);
const FormsView = whenLoaded(
  () => import("./forms/forms-view").then(({ FormsView }) => FormsView),
  "paper.missing",
);
const FilmView = whenLoaded(
  () => import("./film/film-view").then(({ FilmView }) => FilmView),
  "film.missing",
  "film.loading",
);
const DuelView = whenLoaded(
  () => import("./duel/duel-view").then(({ DuelView }) => DuelView),
  "duel.missing",
  "duel.loading",
);

interface View {
  /** The text of the link and the window title. */
  title: PlainKey;
  component: FunctionComponent;
}

export const views: Record<ViewName, View> = {
  write: { title: "view.write", component: WriteView },
  forms: { title: "view.forms", component: FormsView },
  learn: { title: "view.learn", component: LearnView },
  models: { title: "view.models", component: ModelsView },
  things: { title: "view.things", component: ThingsView },
  film: { title: "view.film", component: FilmView },
  duel: { title: "view.duel", component: DuelView },
};
