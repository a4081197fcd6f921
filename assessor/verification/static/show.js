// Draws a result. Everything that was signed or typed goes into text nodes inside <bdi>, never into markup.
import { SIGNS } from './summary.js';

const SVG = 'http://www.w3.org/2000/svg';
const ICONS = new URL('./icons.svg', import.meta.url).href;
const SHOWS_ALL = [1, 2, 5, 8];

export function el(tag, attributes, ...children) {
  const node = tag === 'svg' || tag === 'use' || tag === 'rect'
    ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (typeof value === 'function') node.addEventListener(name, value);
    else if (value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.flat(Infinity).filter(child => child !== null && child !== undefined && child !== ''));
  return node;
}
export const icon = (name, kind = 'icon') =>
  el('svg', { class: kind, 'aria-hidden': 'true' }, el('use', { href: `${ICONS}#${name}` }));
const bdi = value => el('bdi', null, value);

// "*bold* and {name}" as nodes; values may be nodes.
export function say(template, values = {}) {
  const fill = text => text.split(/(\{\w+\})/).map(part => {
    const name = part.match(/^\{(\w+)\}$/)?.[1];
    return name in values ? (values[name] instanceof Node ? values[name].cloneNode(true) : bdi(values[name])) : part;
  });
  return template.split('*').flatMap((part, at) => (at % 2 ? el('b', null, fill(part)) : fill(part)));
}

export function dateIn(words, seconds) {
  const date = new Date(seconds * 1000);
  return words.date.replace('{day}', date.getUTCDate()).replace('{month}', words.months[date.getUTCMonth()])
    .replace('{year}', date.getUTCFullYear());
}

// Why a withdrawal was not checked: to a slow clock every list looks old.
export const unchecked = ({ cause, isEarly }, feet) => feet[isEarly && /^old_/.test(cause) ? 'clock' : cause];

// Whether two titles are one in two wordings, as the code and the catalogue write it; the twin of titles.py.
export function alike(title, other) {
  const [fewer, more] = [pairsOf(title), pairsOf(other)].sort((one, two) => one.size - two.size);
  const shared = [...fewer].filter(pair => more.has(pair));
  return title === other || fewer.size > 0 && 10 * shared.length >= 9 * fewer.size;
}

function pairsOf(title) {
  const signs = [...title.normalize('NFKC').toLowerCase().replace(/[^\p{L}\p{M}\p{N}]/gu, ' ')];
  return new Set(signs.slice(1).map((sign, at) => signs[at] + sign).filter(pair => !pair.includes(' ')));
}

// `found` as judge() gives it; `act` holds again() and another(); `now` in seconds, and `made`, where the page is a copy.
export class Drawing {
  constructor(found, words, language, catalogue, now, act, made = 0) {
    Object.assign(this, { found, words, language, now, act, made });
    this.issuer = found.issuer;
    const texts = catalogue?.achievements[found.summary?.achievement] ?? {};
    this.textLanguage = [language, 'en', ...Object.keys(texts)].find(each => texts[each]);
    this.text = texts[this.textLanguage];
    const cause = [6, 7].includes(found.result) ? words.causes[found.cause] : null;
    this.told = { ...words.results[found.result], ...cause };
  }

  date(seconds) {
    return dateIn(this.words, seconds);
  }

  when(seconds) {
    const [then, today] = [seconds, this.now].map(each => new Date(each * 1000));
    if (then.toDateString() !== today.toDateString()) return bdi(this.date(seconds));
    const time = [then.getHours(), then.getMinutes()].map(part => String(part).padStart(2, '0')).join(':');
    return el('span', null, say(this.words.today, { time }));
  }

  named(kind, code) {
    // English where the browser does not know a language; it would else take one of its own
    try { return new Intl.DisplayNames([this.language, 'en'], { type: kind }).of(code); } catch { return code; }
  }

  local(names) {
    return names[this.language] ?? names.en ?? Object.values(names)[0];
  }

  issuerName() {
    const { url } = this.issuer, name = bdi(this.local(this.issuer.names));
    return /^https?:\/\//.test(url ?? '') ? el('a', { href: url, rel: 'noreferrer' }, name) : name;
  }

  // Null where the bundle gives the issuer no address: the result is shown all the same.
  host() {
    try { return el('bdi', { dir: 'ltr' }, new URL(this.issuer.prefixes[0]).host); } catch { return null; }
  }

  lookUp(tag, kind) {
    const host = this.host();
    return host && el(tag, { class: `address ${kind}` }, this.words.look_up, el('strong', null, host));
  }

  verdict() {
    const { found, words, told } = this, { result, withdrawal } = found;
    const line = result === 3 && !withdrawal ? told.undated : result !== 1 ? told.line : this.notWithdrawn();
    const date = withdrawal?.date ?? this.made;
    const values = { when: this.when(found.statusAt ?? this.now), date: date ? this.date(date) : '' };
    return [
      el('div', { class: 'banner', 'data-result': result },
        icon(`mark${result}`, 'mark'),
        el('div', { class: 'words' },
          el('h1', { tabindex: '-1' }, told.word),
          SHOWS_ALL.includes(result) ? el('p', { class: 'wide' }, say(words.signed_by, { issuer: this.local(this.issuer.names) })) : null,
          el('p', null, say(line, values))),
        SHOWS_ALL.includes(result) ? this.lookUp('p', 'wide') : null),
      this.foot(),
    ];
  }

  // A copy asks nobody, whatever network there is.
  notWithdrawn() {
    const { told, made, found, words } = this;
    if (made) return `${told.kept.split('\n')[0]}\n${words.copy.lists}`;
    return found.isKept ? told.kept : told.line;
  }

  foot() {
    const { found: { result, cause, statusAt, summary }, words: { feet } } = this, told = unchecked(this.found, feet);
    if (result !== 2 && result !== 5) return null;
    const lines = result === 5 ? [say(feet.expired, { date: this.date(summary.expires) })] : [];
    const last = Number.isFinite(statusAt) && told !== feet.clock ? say(feet.last, { date: this.date(statusAt) }) : [];
    if (cause) lines.push([...say(told), ' ', ...last]);
    return el('div', { class: 'foot' }, icon(result === 5 ? 'hourglass' : 'clock'),
      el('div', null, lines.map(line => el('p', null, line))),
      cause ? el('button', { class: 'dark', 'aria-label': feet.again, click: this.act.again }, icon('again')) : null);
  }

  detail() {
    const { found, words } = this;
    const demonstration = this.issuer?.prefixes[0]?.startsWith('http:')
      ? el('p', { class: 'note' }, el('span', null, say(words.demonstration))) : null;
    if (!found.summary) return [el('div', { class: 'only' }, demonstration, this.advice(), this.numberOnly(), this.buttons())];
    return [
      el('div', { class: 'person' }, demonstration, found.result === 8 ? el('section', null, this.advice()) : null, this.who(), this.tasks(), this.conditions(), this.ask()),
      el('div', { class: 'paper' }, this.compare(), this.ask('wide'), this.address(), this.buttons()),
    ];
  }

  who() {
    const { summary } = this.found, { words } = this, known = this.text?.title, printed = summary.title ?? known;
    return el('section', { class: 'who' },
      el('h2', null, bdi(summary.name)),
      summary.spelling ? el('p', { class: 'spelling' }, bdi(summary.spelling)) : null,
      el('p', { lang: printed === known && known ? this.textLanguage : null }, bdi(printed ?? summary.achievement)),
      known && !alike(known, printed) ? el('p', { class: 'small', lang: this.textLanguage }, bdi(known)) : null,
      summary.level ? el('p', null, say(words.level, this.levelWords())) : null);
  }

  levelWords() {
    const { level } = this.found.summary;
    return { band: this.words.bands[Math.ceil(level / 2) - 1], level: String(level) };
  }

  tasks() {
    const tasks = this.text?.tasks[this.found.summary.level] ?? [], language = { lang: this.textLanguage, dir: 'auto' };
    if (!tasks.length) return null;
    return el('section', { class: 'card' },
      el('h2', null, this.words.tasks),
      el('ul', { class: 'tasks' }, tasks.map(task => el('li', null, icon('tick'), el('span', language, task)))),
      this.text.not_tested ? el('p', { class: 'not-tested' }, say(this.words.not_tested, { text: this.text.not_tested })) : null);
  }

  conditions() {
    const { summary } = this.found, { conditions: words } = this.words, facts = [], stated = summary.conditions;
    const [language, help] = summary.languages?.split('+').map(code => this.named('language', code)) ?? [];
    if (stated) {
      const device = words.device[stated.device] ?? words.unknown_device;
      facts.push(['eye', say(stated.flags & 1 ? words.supervised : words.unsupervised)],
        ['phone', say(words.items, { device, items: String(stated.items) })]);
    } else facts.push(['eye', words.none]);
    if (language) facts.push(['globe', say(help ? words.help : words.language, { language, help })]);
    ['helper', 'paper', null, 'sound'].forEach((name, at) => {
      if (name && stated && stated.flags >> at + 1 & 1) facts.push(['info', words[name]]);
    });
    facts.push(['calendar', say(words.date, { date: this.date(summary.issued) })]);
    return el('ul', { class: 'card facts' }, facts.map(([name, text]) => el('li', null, icon(name), el('span', null, text), ' ')));
  }

  ask(kind = '') {
    const show = () => document.getElementById('compare').scrollIntoView();
    return el('div', { class: `ask ${kind}` }, icon('card'), el('p', null, say(this.words.ask)),
      kind ? null : el('button', { class: 'main', 'aria-label': this.words.show_compare, click: show }, icon('down')));
  }

  compare() {
    const { summary } = this.found, { compare: words } = this.words;
    const strong = text => el('b', null, bdi(text));
    const row = (name, ...values) => el('div', null, el('dt', null, name), el('dd', null, values));
    return el('section', { class: 'card compare', id: 'compare' },
      el('h2', null, words.title),
      el('dl', null,
        row(words.name, strong(summary.name), summary.spelling ? [el('br'), strong(summary.spelling)] : []),
        summary.title ? row(words.achievement, strong(summary.title)) : row(words.code, strong(summary.achievement)),
        row(words.level, summary.level ? el('b', null, say(this.words.level_short, this.levelWords())) : words.not_stated),
        row(words.issued, strong(this.date(summary.issued))),
        row(words.expires, summary.expires === null ? words.no_end : strong(this.date(summary.expires))),
        summary.scores ? row(words.scores, this.scores()) : null,
        row(words.number, el('b', { class: 'number', dir: 'ltr' }, summary.number))),
      band(summary.number));
  }

  scores() {
    const { scores } = this.found.summary, { compare: words } = this.words;
    const area = at => this.text?.areas[at] ?? words.area.replace('{n}', at + 1);
    return [
      el('b', { dir: 'ltr', class: 'line' }, scores.map(score => score ?? '–').join(', ')),
      el('ul', { class: 'scores' }, scores.map((score, at) => el('li', null,
        el('span', { lang: this.textLanguage }, area(at)),
        score === null ? el('span', null, this.text ? words.not_assessed : '–') : [bar(score), el('b', null, String(score))]))),
    ];
  }

  address() {
    const { words } = this, project = this.local(this.issuer.project ?? {});
    const country = this.named('region', this.issuer.country);
    return el('div', null,
      this.lookUp('div', 'narrow'),
      el('p', { class: 'note' }, icon('house'), el('span', null, say(words.issued_by, { issuer: this.issuerName(), country }), ' ',
        project ? say(words.project, { project }) : null)));
  }

  advice() {
    const { found, told, words } = this, { result } = found, host = this.issuer && (this.host() ?? this.issuerName());
    const box = text => el('div', { class: `box box${result}` }, text);
    const todo = {
      3: found.withdrawal?.reason === 'replaced' ? [['certificate', 'new_one'], ['house', 'ask_issuer']] : [['house', 'ask']],
      4: [['clock', 'ask_later'], ['house', 'ask_issuer']],
      6: found.kid && found.cause === 'unknown_key' ? [['open', 'other_page'], ['house', 'add_trust']] : [['again', 'try_again'], ['document', 'type_number']],
      7: [['scan', 'scan_light'], ['document', 'ask_file']], 8: [['scan', 'address']],
      9: [['scan', 'other_code'], ['document', 'type_number']], 10: [['scan', 'other_code'], ['document', 'type_number']],
    }[result];
    return [
      el('p', { class: 'lead' }, say(told.lead, { host })),
      result === 3 ? box([el('b', null, words.why.title), ' ', words.why[found.withdrawal?.reason] ?? words.why.other]) : null,
      result === 6 && found.cause === 'unknown_key' ? box([...say(words.unknown_key), el('br'),
        words.key, ' ', el('code', { dir: 'ltr' }, found.kid.replace(/.{4}(?=.)/g, '$& '))]) : null,
      told.box && (result !== 7 || found.cause === 'altered') ? box(told.box) : null,
      el('h2', null, words.todo.title),
      el('ul', { class: 'todo' }, todo.map(([name, key]) => el('li', null, icon(name),
        el('span', null, say(words.todo[key], this.issuer ? { issuer: this.issuerName(), host } : {}))))),
    ];
  }

  numberOnly() {
    const { found, words } = this;
    if (!found.number) return null;
    return el('div', { class: 'number-only' }, el('p', null, words.compare.number_only),
      el('p', null, el('b', { class: 'number', dir: 'ltr' }, found.number)), band(found.number), el('p', null, words.hidden));
  }

  buttons() {
    const { found, words, act } = this;
    const email = this.issuer?.email;
    const subject = encodeURIComponent([words.report, found.number].filter(Boolean).join(' '));
    return el('div', { class: 'buttons' },
      email ? el('a', { class: 'second', href: `mailto:${email}?subject=${subject}` }, icon('flag'), words.report) : null,
      found.summary ? el('button', { class: 'second wide', click: () => print() }, icon('save'), words.save) : null,
      el('button', { class: found.summary ? 'second blue' : 'main', click: act.another }, icon('scan'), words.another));
  }
}

function bar(score) {
  return el('svg', { class: 'bar', viewBox: '0 0 100 6', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    el('rect', { class: 'track', width: 100, height: 6 }), el('rect', { width: score, height: 6 }));
}

// The number as 13 stitches: a help for the eye, always left to right.
function band(number) {
  const signs = [...number.replaceAll('-', '').slice(0, 13)].map(sign => SIGNS.indexOf(sign));
  return el('div', { class: 'band', dir: 'ltr', 'aria-hidden': 'true' },
    signs.map(value => icon(`stitch${value % 8}`, `stitch c${value >> 3}`)));
}
