// The verification page: reads the link, forgets it, checks, and only then draws (spec/qr.md, section 2).
import { judge } from './judge.js';
import { Drawing, el } from './show.js';
import { Trust } from './trust.js';

const page = document.documentElement, settings = page.dataset;
const { root, issuer, made } = settings; // `made`: this page is a copy, and its files are as of then
const places = { root, trust: settings.trust, status: settings.status, issuer, made };
const inside = JSON.parse(document.getElementById('inside')?.textContent ?? null); // where the page is one file
const main = document.getElementById('main');
const verdict = document.getElementById('verdict');
const detail = document.getElementById('detail');
const chooser = document.getElementById('language');
const now = () => Math.floor(Date.now() / 1000);
const SCANNER = ['scanner.js', 'vendor/zxing/reader.js', 'vendor/zxing/reader.wasm.gz'];
const PAGES = ['many.js', 'many.css', 'pile.js', 'guide.css'];

const trust = new Trust(places, inside);
let words = null; // of the language shown
let text = takeLink(); // in memory only
let found = null;
let start = null; // the start screen, while it is shown
let turn = 0, isChecking = false; // what began before the last turn and ends after it is not drawn

// Read the link and remove it from the address bar and the history, before anything else.
function takeLink() {
  if (location.hash.length < 2) return '';
  const link = location.origin + location.pathname + location.hash;
  history.replaceState(null, '', location.pathname);
  return link;
}

// The reader's own languages come first in the list. Gives the first of them, else what the server chose.
function preferred() {
  const codes = navigator.languages.map(tag => tag.split('-')[0]), options = Array.from(chooser.options);
  const own = codes.map(code => options.find(option => option.value === code)).filter(Boolean);
  chooser.prepend(...new Set(own));
  return (own[0] ?? chooser).value;
}

// Asked twice: a worker that is just being woken by a phone without a network may miss the first request.
async function wordsOf(language, part = '') {
  const place = new URL(`./words/${language}.json${part}`, import.meta.url);
  const answer = await fetch(place).catch(() => new Promise(go => setTimeout(go, 300)).then(() => fetch(place)));
  if (!answer.ok) throw new Error(`no words in ${language}`);
  return answer.json();
}

async function speak(language) {
  words = await wordsOf(language, '?of=results');
  chooser.value = page.lang = language;
  page.dir = chooser.selectedOptions[0].dir;
  document.getElementById('title').textContent = document.title = words.title;
  document.getElementById('translation').textContent = words.reviewed ? '' : words.unreviewed;
  chooser.setAttribute('aria-label', words.language);
  document.getElementById('untranslated').textContent = '';
}

async function check() {
  const own = ++turn;
  isChecking = true;
  start?.close();
  const waiting = setTimeout(() => own === turn && verdict.replaceChildren(el('p', { class: 'working' }, words.working)), 400);
  try {
    const judged = crypto.subtle ? await judge(text, trust, now()) : { result: 6, cause: 'no_crypto' };
    if (own !== turn) return;
    found = judged;
  } finally {
    clearTimeout(waiting);
    if (own === turn) isChecking = false;
  }
  await draw();
  verdict.querySelector('h1')?.focus();
}

async function draw() {
  if (isChecking) return; // it draws when it has ended
  const own = ++turn;
  start?.close();
  start = null;
  if (!found) return begin();
  const catalogue = found.summary ? await trust.catalogue(found.issuer, chooser.value) : null;
  if (own !== turn) return;
  const act = { again: () => { trust.again(); check(); }, another };
  const drawing = new Drawing(found, words, chooser.value, catalogue, now(), act);
  main.dataset.result = found.result;
  verdict.replaceChildren(...drawing.verdict().filter(Boolean));
  detail.replaceChildren(...drawing.detail());
  document.title = `${words.results[found.result].word} – ${words.title}`;
}

async function begin() {
  const own = ++turn, { Start } = await import('./start.js');
  if (!words.start) words = await wordsOf(chooser.value);
  const bundle = made && await trust.bundle();
  if (own !== turn) return;
  start = new Start({ words, settings, language: chooser.value, read, bundle });
  delete main.dataset.result;
  document.title = words.title;
  verdict.replaceChildren(el('h1', { class: 'plain', tabindex: '-1' }, words.start.title));
  detail.replaceChildren(start.screen());
}

function read(given) {
  text = given;
  check();
}

async function another() {
  text = '';
  found = null;
  isChecking = false;
  await begin();
  start?.scan();
}

// The next visit works without network: keep the page, what it loaded, every status list and the start screen; the
// scanner and the pages beside it only where somebody keeps the page as an app.
async function keepForLater() {
  if (!settings.worker || !navigator.serviceWorker) return trust.keepable(chooser.value);
  await trust.keepable(chooser.value);
  const query = new URLSearchParams({ trust: settings.trust, status: settings.status });
  await navigator.serviceWorker.register(`${settings.worker}?${query}`, { scope: settings.scope });
  const { active } = await navigator.serviceWorker.ready;
  const loaded = performance.getEntriesByType('resource').map(entry => entry.name);
  const isInstalled = matchMedia('(display-mode: standalone)').matches || navigator.standalone === true;
  const names = ['start.js', 'reaching.js', `words/${chooser.value}.json`, ...isInstalled ? [...SCANNER, ...PAGES] : []];
  const parts = names.map(name => new URL(name, import.meta.url).href);
  const pages = isInstalled && settings.many ? [settings.many, `${settings.guide}?language=${chooser.value}`] : [];
  active.postMessage([...new Set([...loaded, ...trust.fetched, ...parts, ...pages.map(place => new URL(place, location).href)])]);
}

chooser.addEventListener('change', () => speak(chooser.value).then(draw).catch(() => {
  chooser.value = page.lang;
  document.getElementById('untranslated').textContent = words.language_offline;
}));
window.addEventListener('hashchange', () => {
  const link = takeLink();
  if (link) read(link);
});

await speak(preferred()).catch(() => speak('en'));
await (text ? check() : draw());
keepForLater().catch(() => {}); // without it the page only needs the network next time
