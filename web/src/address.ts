/**
 * The state that matters lives in the address, in its query: which view, which model, which step, which knobs.
 * A copied address shows the same page to someone else, and the browser's back button goes back.
 */
import { computed, type ReadonlySignal, signal } from "@preact/signals";

export const VIEWS = ["write", "learn", "models"] as const;
export type ViewName = (typeof VIEWS)[number];

const search = signal(location.search);
const lastOfView = new Map<ViewName, string>();

/** The query of the address, always as the browser shows it. */
export const query: ReadonlySignal<URLSearchParams> = computed(() => new URLSearchParams(search.value));

/** The view that is shown; an unknown name shows the first. */
export const view: ReadonlySignal<ViewName> = computed(() => viewIn(query.value));

addEventListener("popstate", () => {
  search.value = location.search;
});

function viewIn(parameters: URLSearchParams): ViewName {
  const named = parameters.get("view");
  return VIEWS.find((each) => each === named) ?? VIEWS[0];
}

/** Changes to the query; null takes a parameter out. */
export type Changes = Record<string, string | null>;

/**
 * Change parameters of the query and leave the others as they are.
 *
 * A new entry in the history is for what a person would want to go back from (a view, a step); knobs replace.
 */
export function change(changes: Changes, history: "push" | "replace" = "replace"): void {
  const parameters = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) parameters.delete(name);
    else parameters.set(name, value);
  }
  visit(asSearch(parameters), history);
}

/**
 * The address of a view, for a link: with `parameters` if they are given, else as that view was left.
 * The language goes along where the address names it.
 */
export function addressOf(name: ViewName, parameters?: Record<string, string>): string {
  if (name === view.value && !parameters) return asSearch(query.value);
  const left = parameters ? undefined : lastOfView.get(name);
  const target = new URLSearchParams(left ?? { view: name, ...parameters });
  const language = query.value.get("lang");
  if (language === null) target.delete("lang");
  else target.set("lang", language);
  return asSearch(target);
}

/** Go to an address that `addressOf` gave, as a click on a link does. */
export function visit(address: string, history: "push" | "replace" = "push"): void {
  lastOfView.set(view.peek(), location.search);
  if (address !== location.search) {
    if (history === "push") window.history.pushState(null, "", address || location.pathname);
    else window.history.replaceState(null, "", address || location.pathname);
  }
  search.value = location.search;
}

function asSearch(parameters: URLSearchParams): string {
  const text = parameters.toString();
  return text ? `?${text}` : "";
}

/** One value that lives in the address. */
export interface Parameter<T> {
  /** As it is now; reading it in a component or an effect follows it. */
  readonly value: T;
  set(value: T): void;
}

/**
 * Tie a value to a parameter of the query.
 *
 * @param name of the parameter
 * @param fallback the value while the address has none; setting it takes the parameter out, so links stay short
 * @param read makes the text a value, or null where it is no sound one; then the fallback holds
 * @param history "push" where going back should undo a change
 */
export function parameter<T extends string | number>(
  name: string,
  fallback: T,
  read: (text: string) => T | null,
  history: "push" | "replace" = "replace",
): Parameter<T> {
  const current = computed(() => {
    const text = query.value.get(name);
    return (text === null ? null : read(text)) ?? fallback;
  });
  return {
    get value() {
      return current.value;
    },
    set: (value) => change({ [name]: value === fallback ? null : String(value) }, history),
  };
}

/** For `parameter`: a number from `least` to `most`. */
export function numberIn(least: number, most: number): (text: string) => number | null {
  return (text) => {
    const value = Number(text);
    return text.trim() !== "" && value >= least && value <= most ? value : null;
  };
}

/** For `parameter`: one of these words. */
export function oneOf<T extends string>(words: readonly T[]): (text: string) => T | null {
  return (text) => words.find((each) => each === text) ?? null;
}
