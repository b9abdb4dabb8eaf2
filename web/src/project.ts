/** The addresses of the project's documentation, course and source. */
import type { Language } from "./language";

interface Addresses {
  /** The documentation, with a slash at its end; "" if the build names none. */
  site: string;
  /** The repository; "" while there is none. */
  source: string;
}

const { version, ...published }: Addresses & { version: string } = import.meta.env.PROJECT;

export { version };

/** If the page is part of the documentation, a meta element says so. */
const beside = globalThis.document?.querySelector<HTMLMetaElement>("meta[name=documentation]")?.content;
export const addresses: Addresses = beside ? { ...published, site: beside } : published;

/** The address of the course, or of one lesson, in a language; "" if it is not published. */
export function courseAddress({ site, source }: Addresses, language: Language, lesson = ""): string {
  const page = lesson ? `${lesson}/` : "";
  if (site) return `${site}${language === "zh" ? "zh/" : ""}course/${page}index.html`;
  return source && `${source}/blob/main/${courseFile(language, lesson)}`;
}

/** The file of the course, or of one lesson, in shuzi's folder. */
export function courseFile(language: Language, lesson = ""): string {
  if (lesson) return `course/${lesson}/${language}.md`;
  return language === "zh" ? "course/README.zh.md" : "course/README.md";
}

/** Where others can open this page, as pictures to hand on name it; "" where nobody else can. */
export function publicAddress(): string {
  const { protocol, hostname, host, pathname } = location;
  return protocol.startsWith("http") && !/^(localhost|127\.|\[::1\])/.test(hostname) ? host + pathname : "";
}
