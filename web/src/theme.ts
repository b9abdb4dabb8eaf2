/**
 * Light or dark: the system's setting or the user's choice. `public/first-paint.js` applies it before the first
 * paint.
 */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import { remember, remembered } from "./storage";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const systemIsDark = matchMedia("(prefers-color-scheme: dark)");
const system = signal<"light" | "dark">(systemIsDark.matches ? "dark" : "light");
systemIsDark.addEventListener("change", (event) => {
  system.value = event.matches ? "dark" : "light";
});

/** The user's choice. */
export const theme = signal<Theme>(THEMES.find((each) => each === remembered("theme")) ?? "system");

/** The theme in effect. A canvas takes its colours from CSS when it draws, so it must read this to redraw. */
export const shownTheme: ReadonlySignal<"light" | "dark"> = computed(() =>
  theme.value === "system" ? system.value : theme.value,
);

effect(() => {
  if (theme.value === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme.value;
});

export function chooseTheme(name: Theme): void {
  theme.value = name;
  remember("theme", name === "system" ? null : name);
}
