// Keeps the verification page working without network: network first, then what was kept. It stores the page,
// its parts and the signed data, never a link: the part after # is cut off before anything is stored.
// Whichever page of ours came first: this one is kept with all that it is made of, or not at all.
const NAME = 'certificate-check-', CACHE = `${NAME}2`;
const PATIENCE = 3000;
const PATIENCE_FOR_NEWS = 7000; // a withdrawal is worth waiting for; the page itself (trust.js) waits a little longer
const PAGE_PARTS = ['page', 'judge', 'check', 'summary', 'show', 'trust', 'start', 'reaching']
  .map(name => `${name}.js`).concat('verify.css', 'icons.svg');
const query = new URL(location.href).searchParams;
const page = new URL(self.registration.scope);
const [many, guide] = ['many', 'guide'].map(name => `${page.pathname.replace(/\/$/, '')}/${name}`);
const [parts, trust, status] = ['./', query.get('trust'), query.get('status')].map(place => new URL(place, location.href));

self.addEventListener('install', event => {
  self.skipWaiting();
  event.waitUntil(keepPage());
});
self.addEventListener('activate', event => event.waitUntil(Promise.all([self.clients.claim(), forgetOlder()])));
self.addEventListener('message', event => event.waitUntil(keep(event.data)));

self.addEventListener('fetch', event => {
  const url = clean(event.request.url);
  if (event.request.method !== 'GET' || !isOurs(url)) return;
  const network = fetch(event.request);
  event.waitUntil(network.then(got => got.ok && store(url, got.clone())).catch(() => {})); // a full phone is answered too
  event.respondWith(answer(network, url));
});

function clean(address) {
  const url = new URL(address);
  url.hash = '';
  return url;
}

// A plain file server gives the page under two names.
const index = new URL('index.html', page);
const isBeside = ({ pathname }) => pathname === many || pathname === guide;
const isPage = ({ pathname }) => pathname === page.pathname || pathname === index.pathname;

function isOurs(url) {
  if (url.origin !== location.origin) return false;
  if (isPage(url) || isBeside(url)) return true;
  return [parts, trust, status].some(folder => url.pathname.startsWith(folder.pathname));
}

// What may say something else at any moment: whether a certificate still counts, and whether a key is stolen.
function isNews(url) {
  const { pathname } = url; // lists of others are mirrored below `trust`
  return pathname.startsWith(status.pathname)
    || pathname.startsWith(trust.pathname) && /\/(bundle|withdrawals|status\/[^/]+)$/.test(pathname);
}

async function forgetOlder() {
  const names = await caches.keys();
  await Promise.all(names.filter(name => name.startsWith(NAME) && name !== CACHE).map(name => caches.delete(name)));
}

async function keep(addresses) {
  const urls = addresses.map(clean).filter(url => isOurs(url) && url.pathname !== location.pathname);
  await Promise.allSettled(urls.map(async url => store(url, await had(url))));
}

// Rejects where a part cannot be had: without a worker the browser says itself that there is no network. The page speaks
// the language that it was served in where nothing else was kept.
async function keepPage() {
  const whole = await had(page).catch(() => had(index)), html = await whole.clone().text();
  const [, language] = html.match(/<html lang="([\w-]+)"/);
  const urls = [...PAGE_PARTS, `words/${language}.json`].map(name => new URL(`static/${name}`, parts));
  const got = await Promise.all(urls.map(had));
  await Promise.all(urls.map((url, at) => store(url, got[at])));
  await store(page, whole);
}

// What a page has just loaded comes out of the browser's own cache and costs nothing.
async function had(url) {
  const got = await fetch(url.href, { cache: 'force-cache', credentials: 'omit' });
  if (!got.ok) throw new Error(`${url.pathname} was not had`);
  return got;
}

// Kept news says when it was given, so that the page never takes it for an answer of now.
async function store(url, got) {
  const cache = await caches.open(CACHE);
  if (!isNews(url)) return cache.put(keyOf(url), got);
  const mirrored = got.headers.get('X-Kept') * 1000 || Infinity;
  const given = Math.min(mirrored, Date.parse(got.headers.get('Date')) || Infinity, Date.now());
  const headers = new Headers(got.headers);
  headers.set('X-Kept', Math.floor(given / 1000));
  headers.set('X-From-Phone', 1); // who reads it asked nobody
  return cache.put(keyOf(url), new Response(got.body, { headers }));
}

const keyOf = url => (isPage(url) ? page.href : url.href);

async function answer(network, url) {
  const late = new Promise((_, refuse) => setTimeout(refuse, isNews(url) ? PATIENCE_FOR_NEWS : PATIENCE));
  try {
    const got = await Promise.race([network, late]);
    if (got.status < 500) return got;
  } catch { /* fall through to what was kept */ }
  const keptAs = (options, key = keyOf(url)) => caches.match(key, { cacheName: CACHE, ...options }).catch(() => {});
  if (isBeside(url)) return await keptAs() ?? await keptAs({ ignoreSearch: true }) ?? network; // another language
  return await keptAs() ?? await keptAs({}, url.origin + url.pathname) ?? network; // all words in place of a part of them
}
