// The verification page: reads the link, forgets it, checks, and only then draws (spec/qr.md, section 2). It imports
// nothing in its first lines: what does not come must not keep the link in the history.
const page = document.documentElement, settings = page.dataset;
const { root, issuer, made } = settings; // `made`: this page is a copy, and its files are as of then
const places = { root, trust: settings.trust, status: settings.status, issuer, made };
const inside = JSON.parse(document.getElementById('inside')?.textContent ?? null); // where the page is one file
const main = document.getElementById('main');
const verdict = document.getElementById('verdict');
const detail = document.getElementById('detail');
const chooser = document.getElementById('language'), untranslated = document.getElementById('untranslated');
const sentence = document.getElementById('alone');
const served = page.lang; // its words are kept together with the page
const now = () => Math.floor(Date.now() / 1000);
const SCANNER = ['scanner.js', 'vendor/zxing/reader.js', 'vendor/zxing/reader.wasm.gz'];
const PAGES = ['many.js', 'many.css', 'pile.js', 'guide.css', 'tongues.css'];

let text = takeLink(); // in memory only
let words = null; // of the language shown
let found = null;
let start = null; // the start screen, while it is shown
let turn = 0, isChecking = false; // what began before the last turn and ends after it is not drawn
let asked = 0; // the language that was asked for last is shown, whichever comes last
window.addEventListener('hashchange', () => {
  const link = takeLink();
  if (link && words) read(link);
  else text = link || text; // checked when all is here
});

const [{ judge }, { Drawing, el }, { Trust }] =
  await Promise.all([import('./judge.js'), import('./show.js'), import('./trust.js')]).catch(alone);
const trust = new Trust(places, inside);

// Read the link and remove it from the address bar and the history, before anything else.
function takeLink() {
  if (location.hash.length < 2) return '';
  const link = location.origin + location.pathname + location.hash;
  history.replaceState(null, '', location.pathname);
  return link;
}

// A part of the page did not come: the sentence that the page itself has for this is shown at once, and nothing else; the
// page is asked for anew, with the code, when somebody says so.
function alone(problem) {
  sentence?.classList.remove('late');
  verdict.replaceChildren(sentence ?? '');
  detail.replaceChildren();
  delete main.dataset.result;
  const again = sentence?.querySelector('button');
  if (again) again.hidden = false;
  again?.addEventListener('click', () => location.replace(`${location.pathname}?${Date.now()}${text.slice(text.indexOf('#'))}`));
  throw problem;
}

// The reader's own languages come first in the list. Gives the first of them, else what the server chose.
function preferred() {
  const codes = navigator.languages.map(tag => tag.split('-')[0]), options = Array.from(chooser.options);
  const own = codes.map(code => options.find(option => option.value === code)).filter(Boolean);
  chooser.prepend(...new Set(own));
  return (own[0] ?? chooser).value;
}

// Asked three times: an answer may be cut in the middle, and a worker ended by a phone that needs its memory.
async function wordsOf(language, part = '') {
  const place = new URL(`./words/${language}.json${part}`, import.meta.url);
  const ask = async () => {
    const answer = await fetch(place);
    if (!answer.ok) throw new Error(`no words in ${language}`);
    return answer.json(); // what is cut in the middle fails here
  };
  const after = wait => new Promise(go => setTimeout(go, wait)).then(ask);
  return ask().catch(() => after(300)).catch(() => after(1000));
}

// Gives whether this language is shown now: not where another was asked for meanwhile.
async function speak(language) {
  const own = ++asked, said = await wordsOf(language, '?of=results');
  if (own !== asked) return false;
  words = said;
  if (!isChecking) turn++; // what is being drawn has the words of before
  chooser.value = page.lang = language;
  page.dir = chooser.selectedOptions[0].dir;
  document.getElementById('title').textContent = document.title = words.title;
  document.getElementById('translation').textContent = words.reviewed ? '' : words.unreviewed;
  chooser.setAttribute('aria-label', words.language);
  untranslated.textContent = '';
  return true;
}

async function check() {
  const own = ++turn;
  isChecking = true;
  start?.close();
  if (start) start.chosen = null; // a photo that is still being read
  const waiting = setTimeout(() => {
    if (own !== turn) return;
    verdict.replaceChildren(el('p', { class: 'working' }, words.working));
    detail.replaceChildren(); // of the code before
    delete main.dataset.result;
  }, 400);
  try {
    const judged = crypto.subtle ? await judge(text, trust, now()) : { result: 6, cause: 'no_crypto' };
    if (own !== turn) return;
    found = judged;
  } catch (problem) {
    if (own === turn) throw problem;
    return;
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
  if (!found) return begin();
  const texts = found.summary ? trust.catalogue(found.issuer, page.lang) : null;
  const soon = await Promise.race([texts, new Promise(go => setTimeout(go, 1000))]); // no verdict waits for more
  if (own !== turn) return;
  start?.close();
  start = null;
  const of = text, tell = () => { untranslated.textContent = words.todo.try_again; }; // the start screen did not come
  const act = { again: () => { trust.again(); read(of); }, another: () => another().catch(tell) };
  const drawn = catalogue => new Drawing(found, words, page.lang, catalogue, now(), act, Number(made)), drawing = drawn(soon);
  main.dataset.result = found.result;
  verdict.replaceChildren(...drawing.verdict().filter(Boolean));
  detail.replaceChildren(...drawing.detail());
  document.title = `${words.results[found.result].word} – ${words.title}`;
  if (!soon) texts?.then(late => late && own === turn && detail.replaceChildren(...drawn(late).detail()));
}

async function begin() {
  const own = ++turn, parts = [import('./start.js'), words.start ? words : wordsOf(page.lang), made && trust.bundle()];
  const came = await Promise.all(parts).catch(problem => own === turn && Promise.reject(problem));
  if (own !== turn) return;
  const [{ Start }, all, bundle] = came;
  start?.close();
  words = all;
  start = new Start({ words, settings, language: page.lang, read, bundle });
  delete main.dataset.result;
  document.title = words.title;
  verdict.replaceChildren(el('h1', { class: 'plain', tabindex: '-1' }, words.start.title));
  const typed = ['number', 'text'].map(id => [id, document.getElementById(id)?.value]);
  detail.replaceChildren(start.screen());
  for (const [id, value] of typed) if (value) document.getElementById(id).value = value;
}

function read(given) {
  text = given;
  check().catch(alone);
}

async function another() {
  text = '';
  found = null;
  isChecking = false;
  await begin();
  start?.scan();
}

// The next visit works without network: the worker keeps the page with its parts; here we name what it loaded, every
// status list, the scanner where nobody saves data, and the pages beside it where somebody keeps the page as an app.
async function keepForLater() {
  if (!settings.worker || !navigator.serviceWorker) return trust.keepable(page.lang);
  await trust.keepable(page.lang);
  const query = new URLSearchParams({ trust: settings.trust, status: settings.status, static: new URL('.', import.meta.url).pathname });
  const { installing, waiting, active } = await navigator.serviceWorker.register(`${settings.worker}?${query}`, { scope: settings.scope });
  const loaded = performance.getEntriesByType('resource').map(entry => entry.name);
  const isInstalled = matchMedia('(display-mode: standalone)').matches || navigator.standalone === true;
  const names = [`words/${page.lang}.json`, ...await scanner(isInstalled), ...isInstalled ? PAGES : []];
  const parts = names.map(name => new URL(name, import.meta.url).href);
  const pages = isInstalled && settings.many ? [settings.many, settings.guide].map(place => `${place}?language=${page.lang}`) : [];
  (installing ?? waiting ?? active).postMessage([...new Set([...loaded, ...trust.fetched, ...parts, ...pages.map(place => new URL(place, location).href)])]);
}

// The decoder is ten times the page: only where the browser reads no codes by itself, and where its bytes may be spent.
async function scanner(isInstalled) {
  const { saveData, effectiveType = '' } = navigator.connection ?? {};
  if (!isInstalled && (saveData || /2g/.test(effectiveType))) return [];
  const formats = await globalThis.BarcodeDetector?.getSupportedFormats().catch(() => []) ?? [];
  return formats.includes('qr_code') ? ['scanner.js'] : SCANNER;
}

const wanted = preferred();
const first = speak(wanted).catch(problem => (wanted === served ? Promise.reject(problem) : speak(served))).catch(alone);
chooser.addEventListener('change', async () => {
  const { value } = chooser;
  await first; // it would come after this one
  try {
    if (await speak(value)) await draw();
  } catch {
    if (chooser.value !== value) return; // another was chosen meanwhile
    chooser.value = page.lang;
    untranslated.textContent = words.language_offline;
  }
});

await first;
await (text ? check() : draw()).catch(alone);
keepForLater().catch(() => {}); // without it the page only needs the network next time
