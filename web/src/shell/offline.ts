/** Makes the page work without a connection after the first visit, and installable; not if it is one file. */
import { edition } from "../edition";

export function workOffline(): void {
  if (edition === "file" || !import.meta.env.PROD) return;
  // not where the browser forbids it, such as in a private window or without https
  navigator.serviceWorker?.register("offline.js").catch(() => undefined);
}
