// Keeps the verification page working without network: network first, then what was kept. It stores the page,
// its parts and the signed data, never a link: the part after # is cut off before anything is stored.
const CACHE = 'certificate-check-1';
const PATIENCE = 3000;
const query = new URL(location.href).searchParams;
const page = new URL(self.registration.scope);
const folders = [new URL('./', location.href), ...['trust', 'status'].map(name => new URL(query.get(name), location.href))];

self.addEventListener('install', event => {
  self.skipWaiting();
  event.waitUntil(keep([page.href]));
});
self.addEventListener('activate', event => event.waitUntil(self.clients.claim()));
self.addEventListener('message', event => event.waitUntil(keep(event.data)));

self.addEventListener('fetch', event => {
  const url = clean(event.request.url);
  if (event.request.method === 'GET' && isOurs(url)) event.respondWith(answer(event.request, url));
});

function clean(address) {
  const url = new URL(address);
  url.hash = '';
  return url;
}

function isOurs(url) {
  if (url.origin !== location.origin) return false;
  if (url.pathname === page.pathname) return true;
  return folders.some(folder => url.pathname.startsWith(folder.pathname));
}

async function keep(addresses) {
  const cache = await caches.open(CACHE);
  const urls = addresses.map(clean).filter(url => isOurs(url) && url.pathname !== location.pathname);
  // What the page has just loaded comes out of the browser's own cache and costs nothing.
  const get = async url => {
    const got = await fetch(url.href, { cache: 'force-cache', credentials: 'omit' });
    if (got.ok) await cache.put(keyOf(url), got);
  };
  await Promise.allSettled(urls.map(get));
}

const keyOf = url => (url.pathname === page.pathname ? page.href : url.href);

async function answer(request, url) {
  const cache = await caches.open(CACHE);
  const network = fetch(request).then(async got => {
    if (got.ok) await cache.put(keyOf(url), got.clone());
    return got;
  });
  network.catch(() => {}); // it may fail after the kept answer was given
  const late = new Promise((_, refuse) => setTimeout(refuse, PATIENCE));
  try {
    const got = await Promise.race([network, late]);
    if (got.status < 500) return got;
  } catch { /* fall through to what was kept */ }
  return await cache.match(keyOf(url)) ?? network;
}
