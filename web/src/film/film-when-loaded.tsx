/** The film is loaded when somebody wants to see it: a first visit is for writing. */
import { say } from "../sentences/say";
import { usePromised } from "../shared/promised";

export function FilmWhenLoaded() {
  const loaded = usePromised(
    () =>
      import("./film-view").then(
        ({ FilmView }) => FilmView,
        () => "missing" as const,
      ),
    "",
  );
  if (loaded === "missing") return <p class="notice">{say("film.missing")}</p>;
  const View = loaded;
  return View ? <View /> : <p class="quiet">{say("film.loading")}</p>;
}
