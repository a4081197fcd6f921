// Many at once: the list is checked by the server, what is photographed here. Loads the rest when it is needed.
import { followIfReachable, isReachable, sendIfReachable } from './reaching.js';
import { el, say } from './show.js';

const page = document.documentElement, settings = page.dataset;
const byId = id => document.getElementById(id);
const chooser = byId('language'), answers = byId('answers'), camera = byId('camera'), seen = byId('seen');
const PARTS = ['pile', 'judge', 'summary', 'check', 'trust', 'merkle', 'scanner', 'vendor/zxing/reader']
  .map(name => `${name}.js`).concat('vendor/zxing/reader.wasm.gz', `words/${page.lang}.json`, 'guide.css', 'tongues.css');
const LARGEST = 3 << 20, MOST = 500; // bytes and lines of a list: views/many.py, many.py
const isCode = text => /#[12]\./.test(text);
const ofServer = answers.querySelector('table');

const unread = []; // photos in which no code was found: whoever chose many wants to know which
let words = null, pile = null, stop = null;
let asked = 0; // the language that was asked for last is shown, whichever comes last

async function speak(language) {
  const own = ++asked, answer = await fetch(new URL(`./words/${language}.json`, import.meta.url));
  if (!answer.ok) throw new Error(`no words in ${language}`);
  const said = await answer.json();
  if (words && own !== asked) return;
  words = said;
  chooser.value = page.lang = language;
  page.dir = chooser.selectedOptions[0].dir;
  byId('title').textContent = document.title = words.title;
  byId('translation').textContent = words.reviewed ? '' : words.unreviewed;
  chooser.setAttribute('aria-label', words.language);
  byId('untranslated').textContent = '';
  byId('guide').search = `?language=${language}`;
  for (const node of document.querySelectorAll('[data-say]')) {
    node.replaceChildren(...say(node.dataset.say.split('.').reduce((found, key) => found[key], words), node.dataset));
  }
  pile?.draw(words, language);
  listUnread();
}

// A table of the server's is asked for again in the other language; all else is said again here.
async function change() {
  const { value } = chooser;
  try {
    if (ofServer && !pile) return await askAgain();
    await speak(value);
  } catch {
    if (chooser.value === value) await untranslated().catch(() => { // nothing was kept yet
      byId('untranslated').textContent = byId('unsent').dataset.alone;
    });
  }
}

async function askAgain() {
  const form = byId('many');
  if (!await isReachable(form.action)) throw new Error('the table stays as it is');
  form.requestSubmit();
}

async function untranslated() {
  chooser.value = page.lang;
  if (!words) await speak(page.lang);
  byId('untranslated').textContent = words.language_offline;
}

async function piled() {
  if (!words) await speak(chooser.value).catch(untranslated);
  if (!pile) {
    const { Pile } = await import('./pile.js');
    pile ??= new Pile(settings, byId('piled'), seen); // two may have waited for it
    pile.draw(words, page.lang);
  }
}

async function ready() {
  await piled();
  return import('./scanner.js');
}

// Without a network: what is a code is checked here, as a pile is; every other line stays in the list.
async function checkHere() {
  await piled();
  const { many } = words, [list, file, unsent] = ['list', 'file', 'unsent'].map(byId), most = String(MOST);
  const [chosen] = file.files, isTooLarge = chosen?.size > LARGEST;
  const text = [list.value, chosen && !isTooLarge ? await chosen.text() : ''].join('\n');
  const lines = text.split(/[\r\n]+/).filter(line => line.trim()), count = String(lines.length);
  unsent.replaceChildren(...isTooLarge ? say(many.too_large, { most })
    : lines.length > MOST ? say(many.too_many, { count, most }) : [lines.length ? many.offline : many.nothing]);
  if (isTooLarge || lines.length > MOST) return;
  list.value = lines.filter(line => !isCode(line)).join('\n');
  file.value = '';
  for (const line of lines.filter(isCode)) await pile.add(line.split(/[\t;,"]/).find(isCode).trim());
}

function tell(problem) {
  seen.replaceChildren(el('span', null, told(problem)));
}

function told(problem, file = '') {
  const { scanner, many } = words ?? {};
  const own = { no_camera: many?.pile.no_camera, no_code: many?.pile.no_code, not_loaded: many?.pile.no_scanner };
  const text = own[problem.why] ?? scanner?.[problem.why] ?? many?.pile.no_scanner ?? '';
  const said = say(text, { file, most: '10' });
  return file && !text.includes('{file}') ? [el('bdi', null, file), ': ', said] : said;
}

async function toggle() {
  if (stop) return stop();
  camera.disabled = true;
  const video = byId('video');
  try {
    const { openCamera } = await ready();
    video.hidden = false;
    const end = await openCamera(video, (_, texts) => texts.forEach(text => pile.add(text)));
    if (!video.srcObject) return void (video.hidden = true); // it ended while its reader was still coming
    stop = () => {
      stop = null;
      end();
      video.hidden = true;
      name('start');
    };
    video.addEventListener('emptied', () => stop?.(), { once: true }); // it also ends when the page is hidden
    seen.textContent = words.many.pile.looking;
    name('stop');
  } catch (problem) {
    video.hidden = true;
    tell(problem);
  } finally {
    camera.disabled = false;
  }
}

function name(state) {
  const label = camera.querySelector('span');
  label.dataset.say = `many.pile.${state}`;
  label.textContent = words.many.pile[state];
  camera.setAttribute('aria-pressed', String(state === 'stop'));
}

async function photos(event) {
  const files = Array.from(event.target.files);
  event.target.value = '';
  for (const file of files) {
    try {
      const { textsOfPicture } = await ready(), texts = await textsOfPicture(file);
      if (!texts.length) unread.push([{ why: 'no_code' }, file.name]);
      for (const text of texts) await pile.add(text);
    } catch (problem) {
      unread.push([problem, file.name]);
    }
    listUnread();
  }
}

function listUnread() {
  byId('unread').hidden = !unread.length;
  byId('unread').replaceChildren(...unread.map(([problem, file]) => el('li', null, told(problem, file))));
}

// The table is sorted by trouble; a tap on a head sorts it by that column, another one turns it round.
function sortable(table) {
  const body = table.tBodies[0], compare = new Intl.Collator(undefined, { numeric: true }).compare;
  for (const head of table.querySelectorAll('[data-sort]')) {
    const key = head.dataset.sort;
    const sort = () => {
      const turned = head.getAttribute('aria-sort') === 'ascending';
      for (const other of table.querySelectorAll('[aria-sort]')) other.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', turned ? 'descending' : 'ascending');
      const rows = Array.from(body.rows).sort((one, other) => compare(one.dataset[key], other.dataset[key]));
      body.append(...turned ? rows.reverse() : rows);
    };
    head.replaceChildren(el('button', { class: 'sort', type: 'button', click: sort }, head.textContent));
  }
}

// The next visit works in a hall without network: the page, its parts with the scanner, and what it trusts.
async function keepForLater() {
  if (!navigator.serviceWorker || navigator.connection?.saveData) return;
  const { Trust } = await import('./trust.js');
  const trust = new Trust(settings);
  await trust.keepable();
  const query = new URLSearchParams({ trust: settings.trust, status: settings.status, static: new URL('.', import.meta.url).pathname });
  const { installing, waiting, active } = await navigator.serviceWorker.register(`${settings.worker}?${query}`, { scope: settings.scope });
  const loaded = performance.getEntriesByType('resource').map(entry => entry.name);
  const parts = PARTS.map(part => new URL(part, import.meta.url).href);
  const pages = [location.origin + location.pathname, byId('guide').href];
  (installing ?? waiting ?? active).postMessage([...new Set([...pages, ...loaded, ...trust.fetched, ...parts])]);
}

byId('pile').hidden = false;
sendIfReachable(byId('many'), () => checkHere().catch(() => {
  byId('unsent').textContent = byId('unsent').dataset.alone; // its parts are not here yet
}));
followIfReachable(byId('guide'), () => { byId('unsent').textContent = words?.start.needs_internet ?? byId('unsent').dataset.alone; });
chooser.addEventListener('change', change);
camera.addEventListener('click', toggle);
byId('photos').addEventListener('change', photos);
if (ofServer) sortable(ofServer);
else keepForLater().catch(() => {}); // without it the page only needs the network next time
