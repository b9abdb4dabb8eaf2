/** The section about networks on paper, loaded with the Models view. */
import { WhenLoaded } from "../../shared/when-loaded";

const load = () => import("./paper-section").then(({ PaperSection }) => PaperSection);

export function PaperWhenLoaded() {
  return <WhenLoaded load={load} missing="paper.missing" />;
}
