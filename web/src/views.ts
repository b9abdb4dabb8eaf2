/** The views of the page: the name in the address, and what shows it. */
import type { FunctionComponent } from "preact";
import type { ViewName } from "./address";
import { LearnView } from "./learn/learn-view";
import { ModelsView } from "./models/models-view";
import type { PlainKey } from "./sentences/say";
import { WriteView } from "./write/write-view";

interface View {
  /** What the link to it and the window's title say. */
  title: PlainKey;
  component: FunctionComponent;
}

export const views: Record<ViewName, View> = {
  write: { title: "view.write", component: WriteView },
  learn: { title: "view.learn", component: LearnView },
  models: { title: "view.models", component: ModelsView },
};
