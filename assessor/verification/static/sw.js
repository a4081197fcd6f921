// Keeps the verification page working without network: network first, then what was kept. It stores the page,
// its parts and the signed data, never a link: the part after # is cut off before anything is stored.
const NAME = 'certificate-check-', CACHE = `${NAME}2`;
const PATIENCE = 3000;
const PATIENCE_FOR_NEWS = 7000; // a withdrawal is worth waiting for; the page itself (trust.js) waits a little longer
const query = new URL(location.href).searchParams;
const page = new URL(self.registration.scope), many = `${page.pathname.replace(/\/$/, '')}/many`;
const [parts, trust, status] = ['./', query.get('trust'), query.get('status')].map(place => new URL(place, location.href));

self.addEventListener('install', event => {
  self.skipWaiting();
  event.waitUntil(keep([page.href]));
});
self.addEventListener('activate', event => event.waitUntil(Promise.all([self.clients.claim(), forgetOlder()])));
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

// A plain file server gives the page under two names.
const index = new URL('index.html', page);
const isPage = ({ pathname }) => pathname === page.pathname || pathname === index.pathname;

function isOurs(url) {
  if (url.origin !== location.origin) return false;
  if (isPage(url) || url.pathname === many) return true;
  return [parts, trust, status].some(folder => url.pathname.startsWith(folder.pathname));
}

// What may say something else at any moment: whether a certificate still counts.
function isNews(url) {
  const { pathname } = url; // lists of others are mirrored below `trust`
  return pathname.startsWith(status.pathname)
    || pathname.startsWith(trust.pathname) && /\/(withdrawals|status\/[^/]+)$/.test(pathname);
}

async function forgetOlder() {
  const names = await caches.keys();
  await Promise.all(names.filter(name => name.startsWith(NAME) && name !== CACHE).map(name => caches.delete(name)));
}

async function keep(addresses) {
  const cache = await caches.open(CACHE);
  const urls = addresses.map(clean).filter(url => isOurs(url) && url.pathname !== location.pathname);
  // What the page has just loaded comes out of the browser's own cache and costs nothing.
  const get = async url => {
    const got = await fetch(url.href, { cache: 'force-cache', credentials: 'omit' });
    if (got.ok) await store(cache, url, got);
  };
  await Promise.allSettled(urls.map(get));
}

// Kept news says when it was given, so that the page never takes it for an answer of now.
async function store(cache, url, got) {
  if (!isNews(url)) return cache.put(keyOf(url), got);
  const mirrored = got.headers.get('X-Kept') * 1000 || Infinity;
  const given = Math.min(mirrored, Date.parse(got.headers.get('Date')) || Infinity, Date.now());
  const headers = new Headers(got.headers);
  headers.set('X-Kept', Math.floor(given / 1000));
  return cache.put(keyOf(url), new Response(got.body, { headers }));
}

const keyOf = url => (isPage(url) ? page.href : url.href);

async function answer(request, url) {
  const cache = await caches.open(CACHE);
  const network = fetch(request).then(async got => {
    if (got.ok) await store(cache, url, got.clone());
    return got;
  });
  network.catch(() => {}); // it may fail after the kept answer was given
  const late = new Promise((_, refuse) => setTimeout(refuse, isNews(url) ? PATIENCE_FOR_NEWS : PATIENCE));
  try {
    const got = await Promise.race([network, late]);
    if (got.status < 500) return got;
  } catch { /* fall through to what was kept */ }
  return await cache.match(keyOf(url)) ?? network;
}
