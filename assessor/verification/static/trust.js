// Fetches the signed data the page trusts and believes only what a named key signed: the bundle by the root
// key pinned in the page, the rest by keys of the bundle. What could not be had is null, never an error.
import { bytesOf, concat, hex, readEnvelope, unbase64url, unhex, verify } from './check.js';

const PATIENCE = 8000;
const MINUTES = 5; // an answer serves
const MOST = { bundle: 256 << 10, catalogue: 1 << 20, withdrawals: 4 << 20, token: 512 << 10 };
const MOST_ISSUED = 1e6, ISSUED_KEPT = 20000; // leaves: that are read at all, and that are kept for a cellar
const sha256 = async bytes => hex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
const quiet = work => work.catch(() => null);

export class Trust {
  // `places`: root (hex key), trust and status (addresses that end with a slash), issuer (the id of whoever serves
  // them; without it the first of the bundle), made (it is set where the files are copies that somebody took along).
  // `inside`: the same files within this page, place → base64, for a page that is one file; `made` among them says as
  // of when, in seconds. `now`: the clock, in seconds.
  constructor(places, inside = null, now = () => Math.floor(Date.now() / 1000)) {
    this.places = places;
    this.inside = inside;
    this.now = now;
    this.fetched = [];
    this.had = new Map();
    this.version = 0; // the highest of a bundle: an older one would bring stolen keys back
    this.texts = new Map(); // the last catalogue of each issuer
    this.lacking = new Set(); // other issuers of which nothing has come to this host yet
  }

  bundle() {
    return this.once('bundle', async () => {
      const document = await this.document(`${this.places.trust}bundle`, 'bundle', [this.places.root], 'obt1');
      if (document.type !== 'bundle' || document.version < this.version) return null;
      this.version = document.version;
      return { ...document, given: Number(this.places.made) || document.given };
    });
  }

  // What codes mean: from this host's own issuer in the language of the reader; from others, and else, in all.
  catalogue(issuer, language = '') {
    if (!issuer.catalogue_url) return null;
    return this.once(`${issuer.id} catalogue ${language}`, async () => {
      const place = `${await this.folder(issuer)}catalogue`;
      const read = (address, hash) => this.ofIssuer(issuer, address, 'catalogue', 'obc1', hash);
      const isCut = language && !this.inside && !this.places.made && await this.isOwn(issuer);
      const found = isCut && await quiet(read(`${place}/${language}`)) || await quiet(read(place, issuer.catalogue_sha256));
      if (found) this.texts.set(issuer.id, found);
      return found ?? this.texts.get(issuer.id) ?? null; // another language is better than none
    });
  }

  withdrawals(issuer) {
    if (!issuer.withdrawals_url) return null;
    return this.once(`${issuer.id} withdrawals`, async () =>
      this.ofIssuer(issuer, `${await this.folder(issuer)}withdrawals`, 'withdrawals', 'obw1'));
  }

  async withdrawal(issuer, number) {
    const document = await this.withdrawals(issuer);
    return document ? document.entries[await sha256(number)] ?? null : null;
  }

  // The status list as { isSet, signedAt, staleAfter, given, isKept }, or { cause } where it could not be had. `given`:
  // when the issuer gave it; `isKept`: it was kept from then, because nobody could be asked now.
  list(issuer, url, purpose) {
    const keys = keysFor(issuer, 'status'); // one stolen meanwhile: ask again
    return this.once(`${issuer.id} ${url} ${keys}`, async () => {
      let had;
      try {
        const number = issuer.status_lists.find(list => [list.url, list.suspension_url].includes(url)).number;
        const folder = await this.isOwn(issuer) ? this.places.status : `${await this.folder(issuer)}status/`;
        const name = `${number}${purpose === 'suspension' ? '-suspension' : ''}.jwt`;
        had = await this.fetch(folder + name, MOST.token);
      } catch (failure) {
        if (failure.cause && !await this.isOwn(issuer)) this.lacking.add(issuer.id);
        return { cause: failure.cause ?? 'no_network' };
      }
      try {
        const token = new TextDecoder().decode(had.bytes).trim();
        const list = await readStatusList(token, keys, url, purpose);
        return { ...list, given: this.places.made ? list.signedAt : had.given, isKept: had.isKept }; // whoever gives a copy is not the issuer
      } catch {
        return { cause: 'bad_list' };
      }
    });
  }

  // After a theft: a function that says of a payload whether the issuer lists it as its own.
  issued(issuer, key) {
    const { root, count } = key.issued;
    return this.once(`${issuer.id} ${root}`, async () => {
      if (!(count <= MOST_ISSUED)) return null;
      const { bytes } = await this.fetch(`${await this.folder(issuer)}issued/${key.kid}`, 32 * count);
      const { readList } = await import('./merkle.js');
      return readList(bytes, unhex(root), count);
    }, Infinity);
  }

  // Everything a check without a network may need: gives when all of it was asked for.
  async keepable(language) {
    const bundle = await this.bundle();
    for (const issuer of bundle?.issuers ?? []) {
      for (const place of issuer.status_lists) {
        if (this.lacking.has(issuer.id)) break;
        await this.list(issuer, place.url, 'revocation');
        if (place.suspension_url) await this.list(issuer, place.suspension_url, 'suspension');
      }
      if (this.lacking.has(issuer.id)) continue;
      await this.catalogue(issuer, language);
      await this.withdrawals(issuer);
      for (const key of issuer.keys) if (key.issued?.count <= ISSUED_KEPT) await this.issued(issuer, key);
    }
  }

  async isOwn(issuer) {
    return issuer.id === (this.places.issuer ?? (await this.bundle()).issuers[0].id);
  }

  // Files of other issuers are mirrored on this host: no request leaves it, whatever the bundle names.
  async folder(issuer) {
    if (await this.isOwn(issuer)) return this.places.trust;
    return `${this.places.trust}${(await sha256(bytesOf(issuer.id))).slice(0, 16)}/`;
  }

  // The answer of the last minutes; an older one only while no newer can be had.
  once(name, work, minutes = MINUTES) {
    const before = this.had.get(name);
    if (before && this.now() < before.until) return before.answer;
    const one = { until: this.now() + 60 * minutes };
    one.answer = Promise.all([quiet(work()), before?.answer]).then(([found, earlier]) => {
      const isHad = found && !found.cause;
      if (isHad && !found.isKept) return found;
      one.until = this.now() + 30; // the network may be back
      if (isHad) return found;
      if (earlier && !earlier.cause && found?.cause !== 'bad_list') return { ...earlier, isKept: true };
      one.until = 0;
      return found;
    });
    this.had.set(name, one);
    return one.answer;
  }

  // The next check asks again.
  again() {
    for (const one of this.had.values()) if (one.until < Infinity) one.until = 0;
  }

  async ofIssuer(issuer, place, kind, context, hash) {
    const document = await this.document(place, kind, keysFor(issuer, kind), context, hash);
    return document.type === kind && document.issuer === issuer.id ? document : null;
  }

  async document(place, kind, keys, context, hash) {
    const { bytes, given, isKept } = await this.fetch(place, MOST[kind]);
    if (hash && await sha256(bytes) !== hash) throw new Error('another document');
    const envelope = readEnvelope(bytes, MOST[kind]);
    for (const key of keys) {
      if (!await envelope.isSignedBy(unhex(key), context)) continue;
      return { ...JSON.parse(new TextDecoder().decode(envelope.payload)), given, isKept };
    }
    throw new Error('not signed by a trusted key');
  }

  // The network first, then what lies in the page itself.
  async fetch(place, most) {
    try {
      return await this.ask(place, most);
    } catch (failure) {
      const within = this.inside?.[place];
      if (!within) throw failure;
      return { bytes: Uint8Array.from(atob(within), sign => sign.charCodeAt(0)), given: this.inside.made };
    }
  }

  async ask(place, most) {
    if (!location.protocol.startsWith('http')) throw new Error('no network');
    const stop = new AbortController(), timer = setTimeout(() => stop.abort(), PATIENCE);
    try {
      const answer = await fetch(place, { credentials: 'omit', cache: 'no-cache', signal: stop.signal });
      if (!answer.ok) throw new Error('not had', { cause: 'not_had' });
      const bytes = await upTo(most, answer.body);
      this.fetched.push(answer.url);
      const kept = answer.headers.get('X-Kept'); // when it was asked for: set by sw.js, and for what is mirrored
      return { bytes, given: Number(kept) || this.now(), isKept: answer.headers.has('X-From-Phone') };
    } finally {
      clearTimeout(timer);
    }
  }
}

export const keysFor = (issuer, use) =>
  issuer.keys.filter(key => key.uses.includes(use) && key.compromised_since == null).map(key => key.x);

// A Bitstring Status List as VC-JWT; the twin of assessor/certificates/status.py.
async function readStatusList(token, keys, url, purpose) {
  const [head, body, proof] = token.split('.');
  const parse = part => JSON.parse(new TextDecoder().decode(unbase64url(part)));
  const need = truth => { if (!truth) throw new Error('not the list'); };
  const { alg, crit } = parse(head);
  need(['EdDSA', 'Ed25519'].includes(alg) && !crit);
  const message = new TextEncoder().encode(`${head}.${body}`), signature = unbase64url(proof);
  const holds = await Promise.all(keys.map(key => verify(unhex(key), signature, message)));
  need(holds.includes(true));
  const claims = parse(body), credential = claims.vc ?? claims, list = credential.credentialSubject;
  need(credential.id === url && list.type === 'BitstringStatusList' && list.statusPurpose === purpose);
  const seconds = date => date && Date.parse(date) / 1000;
  const signedAt = claims.iat ?? claims.nbf ?? seconds(credential.validFrom);
  const end = claims.exp ?? seconds(credential.validUntil) ?? Infinity;
  need(Number.isFinite(signedAt) && list.encodedList[0] === 'u');
  const bits = await gunzip(unbase64url(list.encodedList.slice(1)), 1 << 17);
  need(bits.length >= 1 << 14);
  const isSet = index => (index < bits.length * 8 ? (bits[index >> 3] & 0x80 >> (index & 7)) !== 0 : null);
  return { isSet, signedAt, staleAfter: Math.min(end, signedAt + (list.ttl ?? 300000) / 1000) };
}

function gunzip(bytes, most) {
  return upTo(most, new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip')));
}

async function upTo(most, stream) {
  const reader = stream.getReader(), parts = [];
  let size = 0;
  for (let part; !(part = await reader.read()).done; parts.push(part.value)) {
    size += part.value.length;
    if (size > most) {
      reader.cancel();
      throw new Error('too long');
    }
  }
  return concat(...parts);
}
