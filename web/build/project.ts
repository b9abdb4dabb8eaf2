/** What the page says of the project, from the project's own files. */
import { readFileSync } from "node:fs";

const ROOT = new URL("../../", import.meta.url);
const PLACEHOLDER = ".invalid"; // as hatch_build.py has it

export interface Project {
  version: string;
  /** The address of the repository; "" while there is none. */
  source: string;
  /** The address of the published documentation, with a slash at its end; "" while there is none. */
  site: string;
}

/** @param site SHUZI_SITE, which tells mkdocs too where the documentation will be; else the one of pyproject.toml */
export function project(site = read("pyproject.toml", /^documentation = "(.+)"$/m)): Project {
  const source = read("pyproject.toml", /^repository = "(.+?)\/?"$/m);
  return {
    version: read("src/shuzi/__init__.py", /^__version__ = "(.+)"$/m),
    source: isPublic(source) ? source : "",
    // for tests it may be a folder
    site: isPublic(site) ? site.replace(/\/?$/, "/") : "",
  };
}

function isPublic(address: string): boolean {
  return /^https?:/.test(address) && !new URL(address).hostname.endsWith(PLACEHOLDER);
}

/** The licence of the code, and of what the models learnt from, as SPDX writes it. */
export function licence(): string {
  return read("pyproject.toml", /^license = "(.+)"$/m);
}

function read(path: string, pattern: RegExp): string {
  return pattern.exec(readFileSync(new URL(path, ROOT), "utf8"))?.[1] ?? "";
}
