/**
 * Light or dark: the system's setting or the user's choice. `public/first-paint.js` applies it before the first
 * paint.
 */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import { options } from "preact";
import { COLOURS } from "../shared/colours";
import { remember, remembered } from "../shared/storage/database";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

// or scripts would read the text light-dark(…) and not a colour
for (const name of COLOURS)
  CSS.registerProperty({ name: `--${name}`, syntax: "<color>", inherits: true, initialValue: "black" });

const systemIsDark = matchMedia("(prefers-color-scheme: dark)");
const system = signal<"light" | "dark">(systemIsDark.matches ? "dark" : "light");
systemIsDark.addEventListener("change", (event) => {
  system.value = event.matches ? "dark" : "light";
});

/** The user's choice. */
export const theme = signal<Theme>(THEMES.find((choice) => choice === remembered("theme")) ?? "system");

/** Paper is light, whatever the screen is. Firefox waits for nothing, so that what changes is drawn at once. */
export const isPrinting = signal(false);
addEventListener("beforeprint", () => {
  options.debounceRendering = (draw) => draw();
  isPrinting.value = true;
});
addEventListener("afterprint", () => {
  isPrinting.value = false;
  delete options.debounceRendering;
});

/** As the document has it: whoever draws with its colours must come after the change. */
const applied = signal<Theme>("system");

effect(() => {
  const now = isPrinting.value ? "light" : theme.value;
  if (now === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = now;
  applied.value = now;
});

/** The theme in effect. A canvas takes its colours from CSS when it draws, so it must read this to redraw. */
export const shownTheme: ReadonlySignal<"light" | "dark"> = computed(() =>
  applied.value === "system" ? system.value : applied.value,
);

export function chooseTheme(name: Theme): void {
  theme.value = name;
  remember("theme", name === "system" ? null : name);
}
