/**
 * State that matters is in the URL's query: the view, the model, the step, the knobs. A copied URL shows others the
 * same page, and the browser's back button works.
 */
import { computed, type ReadonlySignal, signal } from "@preact/signals";

/** The views that the header links to, and those of its menu. */
export const TABS = ["write", "duel", "learn"] as const;
export const MORE = ["models", "forms", "things"] as const;
const VIEWS = [...TABS, ...MORE, "film"] as const;
export type ViewName = (typeof VIEWS)[number];

const search = signal(location.search);
const lastOfView = new Map<ViewName, string>();

/** The query, always as the browser shows it. */
export const query: ReadonlySignal<URLSearchParams> = computed(() => new URLSearchParams(search.value));

/** The current view; an unknown name means the first. */
export const view: ReadonlySignal<ViewName> = computed(() => viewIn(query.value));

addEventListener("popstate", () => {
  search.value = location.search;
});

function viewIn(parameters: URLSearchParams): ViewName {
  const named = parameters.get("view");
  return VIEWS.find((viewName) => viewName === named) ?? VIEWS[0];
}

/** Changes to the query; null removes a parameter. */
export type Changes = Record<string, string | null>;

/**
 * Change parameters of the query and leave the others as they are.
 *
 * Views and steps add a history entry, so that back returns from them; knobs replace the current one.
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
 * The address of a view, for a link: with `parameters` if they are given, else as that view was left. The language is
 * kept if the address names it.
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

/** Whether a state of a view exists to go back to. */
export function isLeft(name: ViewName): boolean {
  return lastOfView.has(name);
}

/** Remove parameters from the address of a view as it was left: what they say is no longer true. */
export function dropWhereLeft(name: ViewName, parameters: readonly string[]): void {
  const left = lastOfView.get(name);
  if (left === undefined) return;
  const target = new URLSearchParams(left);
  for (const parameter of parameters) target.delete(parameter);
  lastOfView.set(name, asSearch(target));
}

/** Go to an address from `addressOf`, as a click on a link does. */
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
  /** The current value; reading it in a component or an effect subscribes to it. */
  readonly value: T;
  set(value: T): void;
}

/**
 * Bind a value to a query parameter.
 *
 * @param name of the parameter
 * @param fallback the value if the address has none; setting it removes the parameter, so that links stay short
 * @param read parses the text; null if it is invalid, which gives the fallback
 * @param history "push" if going back should undo a change
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
  return (text) => words.find((word) => word === text) ?? null;
}
