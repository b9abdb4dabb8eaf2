/** The film, loaded on demand. */
import { WhenLoaded } from "../shared/when-loaded";

const load = () => import("./film-view").then(({ FilmView }) => FilmView);

export function FilmWhenLoaded() {
  return <WhenLoaded load={load} loading="film.loading" missing="film.missing" />;
}
