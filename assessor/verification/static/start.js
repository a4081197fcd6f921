// The start screen: the camera, a photo or a file, the typed number, a pasted text, and how to keep the page.
// Loaded only where it is shown: a scan with the phone's own camera does not pay for it.
import { followIfReachable, isReachable, sendIfReachable } from './reaching.js';
import { dateIn, el, icon, say } from './show.js';

const MB = 1 << 20;
const MOST = { picture: 10, server: 5 }; // MB; scanner.js, views/badges.py
const isOurs = text => /#[12]\./.test(text);
const isNumber = text => /^[a-z\p{Nd}]{13}[a-z\p{Nd}*~$=]$/iu.test(text.replace(/[\s\p{Pd}\p{Cf}]/gu, ''));
const isKept = file => globalThis.caches?.match(file.href).then(Boolean, () => false);
const isInstalled = () => matchMedia('(display-mode: standalone)').matches || navigator.standalone === true;

export class Start {
  // `page`: words, language, settings (addresses), and read(text), which checks a text and shows its result. A copy of
  // the page has no addresses of a server, and a bundle that says where the issuer has one.
  constructor(page) {
    this.page = page;
    this.words = page.words;
    this.camera = el('div', { class: 'scanner' });
    this.cameraSaid = el('div', { class: 'stack', role: 'status' });
    this.fileSaid = el('div', { class: 'stack', role: 'status' });
    this.textSaid = el('div', { role: 'status' });
    this.offerCamera();
  }

  screen() {
    const { words: { start }, page: { settings } } = this;
    const ways = [this.link(settings.badge, start.any_badge), this.link(settings.many, start.many),
      this.link(settings.guide, start.guide)];
    return el('div', { class: 'only start' },
      el('section', { class: 'stack' }, this.camera, this.cameraSaid,
        settings.made ? null : el('p', { class: 'note' }, icon('phone'), el('span', null, start.scan))),
      this.fileForm(), settings.number ? this.numberForm() : null, this.textForm(), settings.made ? this.copied() : null,
      this.keeping(), ways.some(Boolean) ? el('div', { class: 'buttons' }, ways) : null);
  }

  link(address, text) {
    if (!address) return null;
    const told = el('small', { role: 'status' });
    const link = el('a', { class: 'second blue', href: `${address}?language=${this.page.language}` }, text, told);
    followIfReachable(link, () => { told.textContent = ` ${this.words.start.needs_internet}`; });
    return link;
  }

  numberForm() {
    const { words: { start }, page: { settings, language } } = this, told = el('p', { role: 'status' });
    const form = el('form', { class: 'stack', method: 'post', action: settings.number },
      el('label', { for: 'number' }, start.number),
      el('input', { id: 'number', name: 'number', dir: 'ltr', autocomplete: 'off', autocapitalize: 'characters',
        spellcheck: 'false', maxlength: 40, required: '' }),
      el('input', { type: 'hidden', name: 'language', value: language }),
      told, el('button', { class: 'main' }, start.check));
    sendIfReachable(form, () => { told.textContent = start.number_offline; });
    return form;
  }

  textForm() {
    const { start } = this.words;
    const field = el('textarea', { id: 'text', dir: 'ltr', rows: 3, maxlength: 2048, spellcheck: 'false', required: '' });
    const read = event => {
      event.preventDefault();
      field.value = field.value.trim();
      if (!form.reportValidity()) return;
      if (isNumber(field.value)) this.number(field);
      else this.page.read(field.value);
    };
    const form = el('form', { class: 'stack', submit: read },
      el('label', { for: 'text' }, start.paste), field,
      el('p', { class: 'small' }, start.private), el('button', { class: 'main' }, start.check), this.textSaid);
    return form;
  }

  // A number in the field of texts goes to its own; a copy says where it can be asked.
  number(field) {
    const own = document.getElementById('number');
    if (!own) return this.textSaid.replaceChildren(this.elsewhere() ?? '');
    own.value = field.value;
    field.value = '';
    own.focus();
    own.form.querySelector('button').click();
  }

  // A copy says of when it is, and where the issuer checks what needs a server.
  copied() {
    const { words, page: { settings } } = this;
    return el('section', { class: 'stack' },
      el('p', null, say(words.copy.lists, { date: dateIn(words, settings.made) })), this.elsewhere());
  }

  elsewhere() {
    const { words, page: { settings, bundle } } = this;
    const home = bundle?.issuers.find(one => one.id === settings.issuer)?.prefixes[0];
    const host = el('a', { href: home, rel: 'noreferrer', dir: 'ltr' }, home?.replace(/^https?:\/\//, ''));
    return home ? el('p', null, say(words.copy.server, { host })) : null;
  }

  keeping() {
    const { words: { install }, page: { settings } } = this;
    if (isInstalled() || !settings.worker || !navigator.serviceWorker) return null;
    const [once, ...ways] = ['once', 'android', 'iphone'].map(key => el('p', null, say(install[key])));
    const look = async () => { once.hidden = !await this.isScannerKept(); };
    once.hidden = true;
    return el('details', { toggle: look }, el('summary', null, install.title), once, ways);
  }

  // Where data is saved, page.js leaves it for later: then this device cannot scan without internet yet.
  async isScannerKept() {
    const reader = new URL('./vendor/zxing/reader.wasm.gz', import.meta.url);
    return await isKept(new URL('./scanner.js', import.meta.url)) && ('BarcodeDetector' in window || isKept(reader));
  }

  // The camera.

  offerCamera() {
    const open = () => this.scan();
    this.camera.replaceChildren(el('button', { class: 'main', click: open }, icon('scan'), this.words.start.camera));
  }

  async scan() {
    const { scanner } = this.words, attempt = this.attempt = {};
    const video = el('video', { playsinline: '', 'aria-label': scanner.picture });
    video.muted = true; // else iOS does not play it
    video.addEventListener('emptied', () => this.attempt === attempt && this.close()); // the camera ended by itself
    const end = () => {
      this.close();
      this.camera.firstChild.focus();
    };
    const button = el('button', { class: 'second', click: end }, scanner.stop);
    this.camera.replaceChildren(video, button);
    this.cameraSaid.textContent = scanner.starting;
    button.focus();
    try {
      const { openCamera } = await import('./scanner.js');
      const stop = await openCamera(video, texts => this.aimed(texts));
      if (this.attempt !== attempt) return stop();
      this.stop = stop;
      this.cameraSaid.textContent = scanner.aim;
    } catch (problem) {
      if (this.attempt !== attempt) return;
      this.close();
      const told = await this.why(problem);
      if (!this.attempt) this.cameraSaid.replaceChildren(...say(told));
    }
  }

  // Without a network neither the scanner comes nor can a number be checked.
  async why({ why }) {
    const { words: { scanner, many }, page: { settings } } = this;
    if (why in scanner && why !== 'not_loaded') return scanner[why];
    return settings.number && await isReachable(settings.number) ? scanner.not_loaded : many.pile.no_scanner;
  }

  close() {
    this.attempt = null;
    this.stop?.();
    this.stop = null;
    this.cameraSaid.textContent = '';
    this.offerCamera();
  }

  // A photo is read here. Whatever else a certificate can be needs the server.

  fileForm() {
    const { words: { start, copy }, page: { settings, language } } = this;
    const choose = event => this.look(event.target.files[0]);
    const form = el('form', { class: 'stack', method: 'post', action: settings.badge, enctype: 'multipart/form-data' },
      el('label', { for: 'file' }, settings.badge ? start.file : copy.photo),
      el('input', { id: 'file', name: 'file', type: 'file', change: choose,
        accept: settings.badge ? 'image/*,application/pdf,application/json,.json,.jsonld,.jwt' : 'image/*' }),
      el('input', { type: 'hidden', name: 'language', value: language }), this.fileSaid);
    sendIfReachable(form, () => this.fileSaid.replaceChildren(el('p', null, this.words.scanner.offline)));
    return form;
  }

  async look(file) {
    this.chosen = file;
    this.fileSaid.replaceChildren();
    if (!file) return;
    if (!/^image\/(?!svg)/.test(file.type)) return this.offerToSend(file);
    const { scanner } = this.words;
    this.fileSaid.textContent = scanner.looking;
    const [texts, problem] = await this.texts(file), told = await this.why(problem);
    if (this.chosen !== file) return; // another one meanwhile
    if (texts.length) return this.found(texts, this.fileSaid);
    this.fileSaid.replaceChildren(el('p', null, say(told, { most: String(MOST.picture) })));
    if (file.type === 'image/png' && problem.why === 'no_code') this.offerToSend(file); // a badge can be inside
  }

  // Two pictures one after the other agree: of two papers one picture may show a part.
  aimed(texts) {
    const seen = [...texts].sort().join('\n'), isSteady = seen === this.seen;
    this.seen = seen;
    if (isSteady) this.found(texts, this.cameraSaid);
  }

  // One verdict would be taken for all of several certificates.
  found(texts, said) {
    const { words: { start, scanner }, page: { settings } } = this, ours = new Set(texts.filter(isOurs));
    if (ours.size < 2) return this.page.read(texts.find(isOurs) ?? texts[0]);
    const told = el('p', null, say(scanner.several, { count: String(ours.size) }));
    if (said.firstChild?.textContent === told.textContent) return; // the camera sees them in each picture
    said.replaceChildren(told, this.link(settings.many, start.many) ?? '');
  }

  async texts(file) {
    try {
      const { textsOfPicture } = await import('./scanner.js');
      return [await textsOfPicture(file), { why: 'no_code' }];
    } catch (problem) {
      return [[], problem];
    }
  }

  offerToSend(file) {
    if (!this.page.settings.badge) return this.fileSaid.append(this.elsewhere() ?? '');
    const { scanner } = this.words, tell = (key, values) => el('p', null, say(scanner[key], values));
    if (file.size > MOST.server * MB) return this.fileSaid.append(tell('too_large', { most: String(MOST.server) }));
    if (!navigator.onLine) return this.fileSaid.append(tell('offline'));
    this.fileSaid.append(tell('server'), el('button', { class: 'main' }, scanner.send));
  }
}
