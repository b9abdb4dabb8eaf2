// The service worker: what the page has loaded once, it has again without a connection. With one, the server decides.
const KEPT = "shuzi";
// the page itself and its files, not what a service answers
const OURS =
  /^(|index\.html|icon\.svg|first-paint\.js|manifest\.webmanifest|assets\/[\w.-]+|(models|data)\/[\w.-]+\.gz)$/;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const path = request.url.split(/[?#]/)[0].replace(self.registration.scope, "");
  if (request.method === "GET" && OURS.test(path)) event.respondWith(answer(request, path));
});

async function answer(request, path) {
  const kept = await caches.open(KEPT);
  // a page is the same whatever its query says
  const name = new URL(path, self.registration.scope).href;
  const response = await fetch(request).catch(() => null);
  if (!response) return (await kept.match(name)) ?? Response.error();
  // without room it is not kept, but the page has it
  if (response.status === 200) await kept.put(name, response.clone()).catch(() => undefined);
  return response;
}
