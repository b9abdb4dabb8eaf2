/** The views of the page: their names in the address, and their components. */
import type { FunctionComponent } from "preact";
import type { ViewName } from "./address";
import { DuelWhenLoaded } from "./duel/duel-when-loaded";
import { FilmWhenLoaded } from "./film/film-when-loaded";
import { FormsView } from "./forms/forms-view";
import { LearnView } from "./learn/learn-view";
import { ModelsView } from "./models/models-view";
import type { PlainKey } from "./sentences/say";
import { WriteView } from "./write/write-view";

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
  film: { title: "view.film", component: FilmWhenLoaded },
  duel: { title: "view.duel", component: DuelWhenLoaded },
};
