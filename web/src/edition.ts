/**
 * Which edition of the page this is: "served" by shuzi serve; "static", a folder on any web server; or one "file" that
 * is opened from disk. Only the first has a service to ask.
 */
export const edition = import.meta.env.EDITION;

export const hasService = edition === "served";
