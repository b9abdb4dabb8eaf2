/** What the page says of the project, from the project's own files. */
import { readFileSync } from "node:fs";

const ROOT = new URL("../../", import.meta.url);
const PLACEHOLDER = ".invalid"; // as hatch_build.py has it

export interface Project {
  version: string;
  /** The address of the repository; "" while there is none. */
  source: string;
  /** The address of the published documentation, with a slash at its end; "" where none is named. */
  site: string;
}

/** @param site SHUZI_SITE, which tells mkdocs too where the documentation will be */
export function project(site = ""): Project {
  const read = (path: string, pattern: RegExp) =>
    pattern.exec(readFileSync(new URL(path, ROOT), "utf8"))?.[1] ?? "";
  const source = read("pyproject.toml", /^repository = "(.+?)\/?"$/m);
  return {
    version: read("src/shuzi/__init__.py", /^__version__ = "(.+)"$/m),
    source: new URL(source).hostname.endsWith(PLACEHOLDER) ? "" : source,
    // for tests it may be a folder
    site: /^https?:/.test(site) ? site.replace(/\/?$/, "/") : "",
  };
}
