// A pile of certificates, one after the other: each code is judged in this browser, and a row added. Nothing is stored.
import { judge } from './judge.js';
import { alike, dateIn, el, icon, say, unchecked } from './show.js';
import { Trust } from './trust.js';

const TROUBLE = [7, 8, 3, 4, 6, 10, 9, 5, 2, 1], COUNTED = [1, 2, 5, 8, 3, 4, 7, 6, 9, 10]; // as views/many.py
const LONGEST_SHOWN = 40, LONG_ENOUGH = 1000; // signs, ms
const FORMULA = /^[=+\-@＝＋－＠]/;
const now = () => Math.floor(Date.now() / 1000);
const bdi = (text, attributes) => el('bdi', attributes, text);
const plain = (template, values) => el('p', null, say(template, values)).textContent.replace(/\s+/g, ' ');

export class Pile {
  // `answers`: where counts and table are drawn; `seen`: where the newest answer is said; `clock` in seconds.
  constructor(settings, answers, seen, clock = now) {
    const trust = new Trust(settings, null, clock);
    Object.assign(this, { answers, seen, trust, clock, found: [], order: Promise.resolve() });
  }

  // Judge one text after the other, so that places follow the order of the pile.
  add(text) {
    this.order = this.order.then(() => this.judged(text)).catch(() => {});
    return this.order;
  }

  async judged(text) {
    const judged = crypto.subtle ? await judge(text, this.trust, this.clock()) : { result: 6, cause: 'no_crypto' };
    const isSame = one => judged.number && one.number === judged.number && one.text !== text;
    const again = this.found.find(one => one.text === text);
    const known = !again && this.found.find(one => isSame(one) && one.result === judged.result);
    if (known) return this.say(known, this.known(known));
    const coming = judged.summary ? this.trust.catalogue(judged.issuer) : null;
    const textsOf = catalogue => catalogue?.achievements[judged.summary.achievement];
    const texts = textsOf(await Promise.race([coming, new Promise(go => setTimeout(go, LONG_ENOUGH))]));
    const place = again?.place ?? this.found.length + 1; // the newest answer stands there
    const one = { ...judged, text, place, texts, sameAs: this.found.slice(0, place - 1).find(isSame)?.place };
    this.found[place - 1] = one;
    this.drawn();
    if (!texts) coming?.then(late => { // no verdict waits for titles
      one.texts = textsOf(late);
      this.drawn();
    });
    const isNews = again?.result !== one.result || again.cause !== one.cause;
    return this.say(one, isNews ? this.row(one).name : this.known(one));
  }

  known({ place }) {
    return plain(this.words.many.pile.again, { line: String(place) });
  }

  say(one, ...texts) {
    this.seen.replaceChildren(this.tag(one), el('span', null, `${one.place}. `, texts.filter(Boolean).map(text => bdi(text))));
  }

  draw(words, language) {
    Object.assign(this, { words, language });
    if (this.found.length) this.drawn();
  }

  // One answer in words; the twin of views/many.py.
  row(one) {
    const { words } = this, { summary } = one;
    const known = (one.texts?.[this.language] ?? one.texts?.en)?.title;
    const title = summary ? summary.title ?? known ?? summary.achievement : '';
    return {
      place: String(one.place), word: this.told(one).word, note: this.notes(one).join(' '),
      number: one.number ?? short(one.text), name: summary?.name ?? '',
      title, knownAs: summary && known && !alike(known, title) ? known : '',
      level: summary?.level ? plain(words.level_short, this.levelWords(summary.level)) : '',
      issued: summary ? this.date(summary.issued) : '',
    };
  }

  told({ result, cause }) {
    const ofCause = [6, 7].includes(result) ? this.words.causes[cause] : null;
    return { ...this.words.results[result], ...ofCause };
  }

  notes(one) {
    const twice = one.sameAs ? [plain(this.words.many.twice, { line: String(one.sameAs) })] : [];
    const isShow = one.issuer?.prefixes.some(prefix => prefix.startsWith('http:'));
    return [...isShow ? [plain(this.words.demonstration)] : [], ...this.why(one), ...twice];
  }

  why(one) {
    const { words } = this, { result, cause, withdrawal, summary } = one, told = this.told(one);
    if (result === 1) return this.conditions(summary.conditions);
    if (result === 3 && !withdrawal) return [told.undated];
    if (result === 3) return [plain(told.line, { date: this.date(withdrawal.date) }), words.why[withdrawal.reason] ?? words.why.other];
    if (result !== 2 && result !== 5) return [plain(told.line)];
    const over = result === 5 ? [plain(words.feet.expired, { date: this.date(summary.expires) })] : [];
    return cause ? [...over, plain(unchecked(one, words.feet))] : over;
  }

  conditions(stated) {
    const { conditions } = this.words;
    if (!stated) return [conditions.none];
    const supervised = plain(stated.flags & 1 ? conditions.supervised : conditions.unsupervised);
    return stated.flags & 2 ? [supervised, conditions.helper] : [supervised];
  }

  levelWords(level) {
    return { band: this.words.bands[Math.ceil(level / 2) - 1], level: String(level) };
  }

  date(seconds) {
    return dateIn(this.words, seconds);
  }

  // As of when the answers about withdrawal are, the oldest of them.
  asOf() {
    const oldest = Math.min(...this.found.map(one => one.statusAt ?? Infinity)), { words } = this;
    if (!Number.isFinite(oldest)) return '';
    const [then, today] = [new Date(oldest * 1000), new Date()];
    const time = [then.getHours(), then.getMinutes()].map(part => String(part).padStart(2, '0')).join(':');
    const isToday = then.toDateString() === today.toDateString();
    return say(words.many.as_of, { when: isToday ? plain(words.today, { time }) : this.date(oldest) });
  }

  tag(one) {
    return el('span', { class: 'count', 'data-result': one.result }, icon(`mark${one.result}`, 'mark'), this.told(one).word);
  }

  drawn() {
    const { many } = this.words, count = String(this.found.length);
    this.answers.hidden = false;
    this.answers.replaceChildren(
      el('div', { class: 'heading' },
        el('h2', null, say(many.done, { count }), ' ', el('small', null, many.not_kept)),
        el('div', { class: 'acts' }, el('button', { class: 'second', type: 'button', click: () => this.save() }, icon('save'), many.save))),
      this.counts(), this.table(), el('p', { class: 'small' }, many.order, ' ', this.asOf()));
  }

  counts() {
    const counted = new Map();
    for (const one of this.found) counted.set(one.result, [...counted.get(one.result) ?? [], one]);
    const results = Array.from(counted.keys()).sort((one, other) => COUNTED.indexOf(one) - COUNTED.indexOf(other));
    return el('ul', { class: 'counts' }, results.map(result => el('li', { class: 'count', 'data-result': result },
      icon(`mark${result}`, 'mark'),
      el('span', null, el('b', null, String(counted.get(result).length)), ' ', this.words.results[result].word))));
  }

  table() {
    const { many, compare } = this.words;
    const heads = [many.line, many.result, compare.name, many.certificate, compare.issued, compare.number, many.note];
    const sorted = [...this.found].sort((one, other) =>
      TROUBLE.indexOf(one.result) - TROUBLE.indexOf(other.result) || one.place - other.place);
    return el('table', { role: 'table' },
      el('caption', { class: 'unseen' }, many.title),
      el('thead', { role: 'rowgroup' }, el('tr', { role: 'row' },
        heads.map(head => el('th', { role: 'columnheader', scope: 'col' }, head)))),
      el('tbody', { role: 'rowgroup' }, sorted.map(one => this.tr(one))));
  }

  tr(one) {
    const row = this.row(one), cell = (kind, ...children) => el('td', { role: 'cell', class: kind }, children);
    const knownAs = row.knownAs ? [el('br'), el('small', null, bdi(row.knownAs))] : [];
    const certificate = row.title ? [bdi(row.title), row.level && ` · ${row.level}`, knownAs] : '–';
    return el('tr', { role: 'row' },
      cell('place', el('span', { class: 'unseen' }, `${this.words.many.line} `), row.place),
      el('th', { role: 'rowheader', scope: 'row' }, this.tag(one)),
      cell('name', row.name ? el('b', null, bdi(row.name)) : '–'),
      cell(null, certificate), cell('day', row.issued ? bdi(row.issued) : '–'),
      cell(null, bdi(row.number, { class: one.number ? 'number' : 'typed', dir: 'ltr' })), cell('why', bdi(row.note)));
  }

  // The same file as the server gives.
  csv() {
    const { many, compare } = this.words;
    const head = [many.line, many.result, compare.name, compare.achievement, compare.level, compare.issued, compare.expires,
      compare.number, many.note];
    const day = seconds => (seconds ? new Date(seconds * 1000).toISOString().slice(0, 10) : '');
    const lines = this.found.map(one => {
      const { summary } = one, row = this.row(one);
      return [row.place, row.word, row.name, row.title, summary?.level ?? '', day(summary?.issued), day(summary?.expires),
        row.number, row.note];
    });
    return `\ufeff${[head, ...lines].map(cells => `${cells.map(quoted).join(',')}\r\n`).join('')}`;
  }

  save() {
    const address = URL.createObjectURL(new Blob([this.csv()], { type: 'text/csv' }));
    el('a', { href: address, download: 'certificates.csv' }).click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  }
}

const short = text => (text.length <= LONGEST_SHOWN ? text : `${text.slice(0, LONGEST_SHOWN - 1)}…`);

// No cell is a formula to a spreadsheet; the twin of spreadsheet.py.
function quoted(cell) {
  const text = String(cell).split(/\s+/).filter(Boolean).join(' ');
  return `"${(FORMULA.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
}
