// Keeps the verification page working without network. Of the page and of what is signed the network's answer comes first,
// then what was kept. The parts of a page lie in a folder of their version: one that was kept is as good as a new one, and
// versions never mix. It stores pages, parts and signed data, never a link: the part after # is cut off before anything
// is stored. Whichever page of ours came first: this one is kept with all that it is made of, or not at all.
const PATIENCE = 3000;
const PATIENCE_FOR_NEWS = 7000; // a withdrawal is worth waiting for; the page itself (trust.js) waits a little longer
const PAGE_PARTS = ['page', 'judge', 'check', 'summary', 'show', 'trust', 'start', 'reaching']
  .map(name => `${name}.js`).concat('verify.css', 'icons.svg');
const query = new URL(location.href).searchParams;
const page = new URL(self.registration.scope);
const [many, guide] = ['many', 'guide'].map(name => `${page.pathname.replace(/\/$/, '')}/${name}`);
const [trust, status, parts] = ['trust', 'status', 'static'].map(name => new URL(query.get(name), location.href));
const version = `/${parts.pathname.split('/').slice(-2)[0]}/`;
const NAME = `certificate-check ${page.pathname} `, CACHE = NAME + version;

self.addEventListener('install', event => {
  self.skipWaiting();
  event.waitUntil(keepPage());
});
self.addEventListener('activate', event => event.waitUntil(Promise.all([self.clients.claim(), forgetOlder()])));
self.addEventListener('message', event => event.waitUntil(keep(event.data)));

self.addEventListener('fetch', event => {
  const url = clean(event.request.url);
  if (event.request.method !== 'GET' || !isOurs(url)) return;
  event.respondWith(isPart(url) ? part(event, url) : answer(event, url));
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
const isPart = ({ href }) => href.startsWith(parts.href);
const isSigned = ({ href }) => [trust, status].some(folder => href.startsWith(folder.href));
const isOurs = url => isPart(url) || isSigned(url) || url.origin === location.origin && (isPage(url) || isBeside(url));

// What may say something else at any moment: whether a certificate still counts, and whether a key is stolen.
function isNews(url) {
  const { pathname } = url; // lists of others are mirrored below `trust`
  return pathname.startsWith(status.pathname)
    || pathname.startsWith(trust.pathname) && /\/(bundle|withdrawals|status\/[^/]+)$/.test(pathname);
}

// What is signed holds for every version. Room is made first: a full phone takes it all the same.
async function forgetOlder() {
  const isOlder = name => name !== CACHE && (name.startsWith(NAME) || /^certificate-check-\d$/.test(name));
  for (const name of (await caches.keys()).filter(isOlder)) {
    const older = await caches.open(name), kept = (await older.keys()).map(({ url }) => new URL(url));
    await Promise.all(kept.filter(url => !isSigned(url)).map(url => older.delete(url.href)));
    for (const url of kept.filter(isSigned)) await take(url, await older.match(url.href)).catch(() => {});
    await caches.delete(name);
  }
}

async function take(url, got) {
  const cache = await caches.open(CACHE);
  if (!await cache.match(url.href)) await cache.put(url.href, got);
}

async function keep(addresses) {
  const urls = addresses.map(clean).filter(isOurs);
  await Promise.allSettled(urls.map(async url => isPart(url) && await keptAs(url.href) || store(url, await had(url))));
}

// Rejects where a part cannot be had: without a worker the browser says itself that there is no network. The page speaks
// the language that it was served in where nothing else was kept.
async function keepPage() {
  const got = await had(page).catch(() => had(index)), html = await got.clone().text();
  if (!html.includes(version)) throw new Error('this worker belongs to another version of the page');
  const [, language] = html.match(/<html lang="([\w-]+)"/);
  const urls = [...PAGE_PARTS, `words/${language}.json`].map(name => new URL(name, parts));
  const all = await Promise.all(urls.map(had));
  await Promise.all(urls.map((url, at) => store(url, all[at])));
  await store(page, got);
}

// What a page has just loaded comes out of the browser's own cache and costs nothing; a page there may be an older one.
async function had(url) {
  const cache = isPart(url) || isSigned(url) ? 'force-cache' : 'no-cache';
  const got = await fetch(url.href, { cache, credentials: 'omit' });
  if (!got.ok) throw new Error(`${url.pathname} was not had`);
  return got;
}

// Kept news says when it was given, so that the page never takes it for an answer of now. A page of another version waits
// for the worker of that version, which keeps its parts too; of a page only its text is kept, for the browser's own answer
// to a link remembers the whole link.
async function store(url, got) {
  const cache = await caches.open(CACHE);
  if (isPage(url) || isBeside(url)) {
    const html = await got.text();
    return html.includes(version) && cache.put(keyOf(url), new Response(html, { headers: got.headers }));
  }
  if (!isNews(url)) return cache.put(keyOf(url), got);
  const mirrored = got.headers.get('X-Kept') * 1000 || Infinity;
  const given = Math.min(mirrored, Date.parse(got.headers.get('Date')) || Infinity, Date.now());
  const headers = new Headers(got.headers);
  const before = await cache.match(keyOf(url));
  if (given < before?.headers.get('X-Kept') * 1000) return undefined; // it was long on its way
  headers.set('X-Kept', Math.floor(given / 1000));
  headers.set('X-From-Phone', 1); // who reads it asked nobody
  return cache.put(keyOf(url), new Response(got.body, { headers }));
}

const keyOf = url => (isPage(url) ? page.href : url.href);
const keptAs = (key, options) => caches.match(key, { cacheName: CACHE, ...options }).catch(() => {});

// All words stand in for some of them.
async function part(event, url) {
  return await keptAs(url.href) ?? await keptAs(url.origin + url.pathname) ?? stored(event, url);
}

// The answer of the network, which is kept. One that is cut in the middle is none.
async function stored(event, url) {
  const got = await fetch(event.request);
  await got.clone().arrayBuffer();
  if (got.ok) event.waitUntil(store(url, got.clone()).catch(() => {})); // a full phone is answered too
  return got;
}

async function answer(event, url) {
  const network = stored(event, url);
  event.waitUntil(network.catch(() => {})); // it is kept though it comes too late for this answer
  const late = new Promise((_, refuse) => setTimeout(refuse, isNews(url) ? PATIENCE_FOR_NEWS : PATIENCE));
  try {
    const got = await Promise.race([network, late]);
    if (got.status < 500) return got;
  } catch { /* fall through to what was kept */ }
  const inAnother = () => (isBeside(url) ? keptAs(keyOf(url), { ignoreSearch: true }) : undefined); // language
  return await keptAs(keyOf(url)) ?? await inAnother() ?? network;
}
