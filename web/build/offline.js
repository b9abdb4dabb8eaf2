// The service worker: the page works without a connection after one visit. With one, the server decides.
const KEPT = "shuzi";
/** The page, its models and the reader of codes, relative to the page, which is "" itself; the build writes them here. */
const FILES = [];
// the page itself and its files, not what a service answers
const OURS =
  /^(|index\.html|[\w-]+\.(svg|png)|first-paint\.js|manifest\.webmanifest|assets\/[\w.-]+|(models|codes|data)\/[\w.-]+\.gz|samples\/[\w.-]+)$/;

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(keepAll());
});
self.addEventListener("activate", (event) => event.waitUntil(Promise.all([self.clients.claim(), tidy()])));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const path = pathOf(request.url);
  if (request.method === "GET" && OURS.test(path)) event.respondWith(answer(request, path));
});

/**
 * One file after the other: on a slow line, what the page waits for comes first. Without one of them it is not
 * installed, and tries again at the next visit.
 */
async function keepAll() {
  const kept = await caches.open(KEPT);
  for (const path of FILES) {
    const name = nameOf(path);
    // the name of an asset changes with its content
    if (path.startsWith("assets/") && (await kept.match(name))) continue;
    const response = await fetch(name, { cache: "no-cache" });
    if (!response.ok) throw new Error(`${path} cannot be had: ${response.status}`);
    await keep(kept, name, response);
  }
}

/** Assets of earlier versions go. */
async function tidy() {
  const kept = await caches.open(KEPT);
  for (const { url } of await kept.keys()) {
    const path = pathOf(url);
    if (path.startsWith("assets/") && !FILES.includes(path)) await kept.delete(url);
  }
}

async function answer(request, path) {
  const kept = await caches.open(KEPT);
  // a page is the same whatever its query says
  const name = nameOf(path === "index.html" ? "" : path);
  const response = await fetch(request).catch(() => null);
  if (!response) return (await kept.match(name)) ?? Response.error();
  if (response.status === 200) await keep(kept, name, response.clone());
  return response;
}

/** Without room it is not kept, but the page has it. */
function keep(kept, name, response) {
  return kept.put(name, response).catch(() => undefined);
}

function nameOf(path) {
  return new URL(path, self.registration.scope).href;
}

function pathOf(url) {
  return url.split(/[?#]/)[0].replace(self.registration.scope, "");
}
