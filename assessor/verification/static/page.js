// The verification page: reads the link, forgets it, checks, and only then draws (spec/qr.md, section 2).
import { judge } from './judge.js';
import { Drawing, el, icon } from './show.js';
import { Trust } from './trust.js';

const settings = document.documentElement.dataset;
const places = { root: settings.root, trust: settings.trust, status: settings.status };
const main = document.getElementById('main');
const verdict = document.getElementById('verdict');
const detail = document.getElementById('detail');
const chooser = document.getElementById('language');
const spoken = Array.from(chooser.options, option => option.value);
const now = () => Math.floor(Date.now() / 1000);

let trust = new Trust(places);
let words = null; // of the language shown
let text = takeLink(); // in memory only
let found = null;

// Read the link and remove it from the address bar and the history, before anything else.
function takeLink() {
  if (location.hash.length < 2) return '';
  const link = location.origin + location.pathname + location.hash;
  history.replaceState(null, '', location.pathname);
  return link;
}

function preferred() {
  const wanted = navigator.languages.map(tag => tag.split('-')[0]);
  return wanted.find(tag => spoken.includes(tag)) ?? spoken[0];
}

async function speak(language) {
  const answer = await fetch(new URL(`./words/${language}.json`, import.meta.url));
  if (!answer.ok) throw new Error(`no words in ${language}`);
  words = await answer.json();
  chooser.value = language;
  document.documentElement.lang = language;
  document.documentElement.dir = language === 'ar' ? 'rtl' : 'ltr';
  document.getElementById('title').textContent = document.title = words.title;
  chooser.setAttribute('aria-label', words.language);
}

async function check() {
  const waiting = setTimeout(() => verdict.replaceChildren(el('p', { class: 'working' }, words.working)), 400);
  try {
    found = crypto.subtle ? await judge(text, trust, now()) : { result: 6, cause: 'no_crypto' };
  } finally {
    clearTimeout(waiting);
  }
  await draw();
  verdict.querySelector('h1').focus();
}

async function draw() {
  if (!found) return drawStart();
  const catalogue = found.summary ? await trust.catalogue(found.issuer) : null;
  const act = { again: () => { trust = new Trust(places); check(); }, another };
  const drawing = new Drawing(found, words, chooser.value, catalogue, now(), act);
  main.dataset.result = found.result;
  verdict.replaceChildren(...drawing.verdict().filter(Boolean));
  detail.replaceChildren(...drawing.detail());
  document.title = `${words.results[found.result].word} – ${words.title}`;
}

function another() {
  text = '';
  found = null;
  drawStart();
  verdict.querySelector('h1').focus();
}

function drawStart() {
  const { start } = words;
  const field = (name, label, input) => [el('label', { for: name }, label), input];
  const send = () => el('button', { class: 'main' }, start.check);
  const read = event => {
    event.preventDefault();
    text = event.target.elements.text.value;
    if (text.trim()) check();
  };
  delete main.dataset.result;
  document.title = words.title;
  verdict.replaceChildren(el('h1', { class: 'plain', tabindex: '-1' }, start.title));
  detail.replaceChildren(el('div', { class: 'only start' },
    el('p', { class: 'note' }, icon('scan'), el('span', null, start.scan)),
    el('form', { method: 'post', action: settings.number },
      field('number', start.number, el('input', {
        id: 'number', name: 'number', dir: 'ltr', autocomplete: 'off', autocapitalize: 'characters',
        spellcheck: 'false', maxlength: 40, required: '' })),
      el('input', { type: 'hidden', name: 'language', value: chooser.value }), send()),
    el('form', { submit: read },
      field('text', start.paste, el('textarea', { id: 'text', dir: 'ltr', rows: 3, maxlength: 2048, spellcheck: 'false' })),
      el('p', { class: 'small' }, start.private), send()),
    el('div', { class: 'buttons' }, el('a', { class: 'second blue', href: settings.badge }, start.any_badge))));
}

// The next visit works without network: keep the page, what it loaded, and every status list.
async function keepForLater() {
  const bundle = await trust.bundle();
  for (const issuer of bundle?.issuers ?? []) {
    await trust.catalogue(issuer);
    await trust.withdrawals(issuer);
    for (const place of issuer.status_lists) {
      await trust.list(issuer, place.url, 'revocation');
      if (place.suspension_url) await trust.list(issuer, place.suspension_url, 'suspension');
    }
  }
  if (!navigator.serviceWorker) return;
  const query = new URLSearchParams({ trust: settings.trust, status: settings.status });
  await navigator.serviceWorker.register(`${settings.worker}?${query}`, { scope: settings.scope });
  const { active } = await navigator.serviceWorker.ready;
  const loaded = performance.getEntriesByType('resource').map(entry => entry.name);
  active.postMessage([...new Set([...loaded, ...trust.fetched])]);
}

chooser.addEventListener('change', () => speak(chooser.value).then(draw)
  .catch(() => { chooser.value = document.documentElement.lang; }));
window.addEventListener('hashchange', () => {
  const link = takeLink();
  if (!link) return;
  text = link;
  check();
});

await speak(preferred()).catch(() => speak('en'));
await (text ? check() : draw());
keepForLater().catch(() => {}); // without it the page only needs the network next time
