/** The duel, loaded on demand. */
import { WhenLoaded } from "../shared/when-loaded";

const load = () => import("./duel-view").then(({ DuelView }) => DuelView);

export function DuelWhenLoaded() {
  return <WhenLoaded load={load} loading="duel.loading" missing="duel.missing" />;
}
