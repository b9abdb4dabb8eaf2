/** Modules that the build adds; see `web/build/plugin.ts`. */
declare module "virtual:kernel" {
  /** The WebAssembly module of `build/kernel.ts`. */
  export function kernel(): Uint8Array<ArrayBuffer>;
}

declare module "virtual:catalogues" {
  /** For each sentence of a reading its forms: one, or for one and for more. */
  export const catalogues: Record<"zh" | "en", Record<string, string[]>>;
}

declare module "virtual:models" {
  import type { Model } from "../generated/shapes";
  /** The shipped models, as the service describes them; how fast they are is not known. */
  export const shipped: Model[];
}

declare module "virtual:specs" {
  /** The specs that come with shuzi, such as "scores.en", with the titles of their sheets. */
  export const specs: { name: string; title: string; text: string }[];
}

declare module "virtual:lessons" {
  /** The titles of the course's lessons, without their numbers, by their folders. */
  export const lessons: Record<string, Record<"zh" | "en", string>>;
}

interface ImportMetaEnv {
  readonly EDITION: "served" | "static" | "file";
  readonly DISPLAYS: boolean;
  readonly TRAINING_IMAGES: number;
  /** As `build/project.ts` finds it. */
  readonly PROJECT: { version: string; site: string; source: string };
}
