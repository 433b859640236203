// SPDX-License-Identifier: MIT
// Keeps the pages of one build in the browser, so that moving about works without a connection. Answers of the API are
// never kept. The build puts BUILD in front: a name, the addresses that have a page, and all files.
/* global BUILD */

const CACHE = `cnop-${BUILD.name}`;
const FALLBACK = '/__spa-fallback.html';
/** What the server answers itself; without a connection there is nothing to show for it. */
const OUTSIDE = /^\/(api|docs|version|health|\.well-known)(\/|$)/;

async function install() {
  const cache = await caches.open(CACHE);
  await cache.addAll(BUILD.files);
  // Pages keep their address from build to build, so the copy must come from the server.
  await cache.addAll([...BUILD.pages, FALLBACK].map((path) => new Request(path, { cache: 'reload' })));
  await self.skipWaiting();
}

async function activate() {
  const names = await caches.keys();
  await Promise.all(
    names.filter((name) => name.startsWith('cnop-') && name !== CACHE).map((name) => caches.delete(name)),
  );
  await self.clients.claim();
}

async function kept(path) {
  return await (await caches.open(CACHE)).match(path);
}

/** The newest page while there is a connection, the kept one otherwise. */
async function page(request, pathname) {
  const path = pathname.length > 1 ? pathname.replace(/\/$/, '') : pathname;
  try {
    return await fetch(request);
  } catch (error) {
    const found = await kept(BUILD.pages.includes(path) ? path : FALLBACK);
    if (!found) throw error;
    return found;
  }
}

self.addEventListener('install', (event) => event.waitUntil(install()));
self.addEventListener('activate', (event) => event.waitUntil(activate()));
self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin || OUTSIDE.test(pathname)) return;
  if (request.mode === 'navigate') event.respondWith(page(request, pathname));
  else if (BUILD.files.includes(pathname)) {
    event.respondWith(kept(pathname).then((found) => found ?? fetch(request)));
  }
});
