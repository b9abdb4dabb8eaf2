/** A grey picture becomes its ink map, contrast map and components. */
import { type Component, componentsAndSpecks } from "../components";
import type { Grey } from "../picture";
import { resize } from "../resize";
import { contrastOf, darkOnLight, inkOf } from "./paper";

export class Scan {
  /** As it is searched. */
  readonly grey: Grey;
  readonly ink: Grey;
  readonly components: readonly Component[];
  /** Components too small to be digits, such as points. */
  readonly specks: readonly Component[];
  readonly #dark: Grey;
  #contrast: Grey | null = null;

  /**
   * @param original the picture
   * @param largest pixels of the longer side at which it is searched
   */
  constructor(
    readonly original: Grey,
    largest: number,
  ) {
    this.grey = resize(original, Math.min(1, largest / Math.max(original.width, original.height)));
    this.#dark = darkOnLight(this.grey);
    this.ink = inkOf(this.#dark);
    ({ components: this.components, specks: this.specks } = componentsAndSpecks(this.ink));
  }

  get contrast(): Grey {
    this.#contrast ??= contrastOf(this.#dark);
    return this.#contrast;
  }
}
