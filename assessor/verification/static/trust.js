// Fetches the signed data the page trusts and believes only what a named key signed: the bundle by the root
// key pinned in the page, the rest by keys of the bundle. What could not be had is null, never an error.
import { hex, readEnvelope, unbase64url, unhex, verify } from './check.js';

const PATIENCE = 8000;
const MOST = { bundle: 256 << 10, catalogue: 1 << 20, withdrawals: 4 << 20, token: 512 << 10 };
const lastPart = url => url.split('/').pop();
const sha256 = async bytes => hex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
const quiet = work => work.catch(() => null);

export class Trust {
  // `places`: root (hex key), trust and status (addresses that end with a slash).
  constructor(places) {
    this.places = places;
    this.fetched = [];
    this.had = new Map();
  }

  bundle() {
    return this.once('bundle', async () => {
      const document = await this.document(`${this.places.trust}bundle`, 'bundle', [this.places.root], 'obt1');
      return document.type === 'bundle' ? document : null;
    });
  }

  catalogue(issuer) {
    if (!issuer.catalogue_url) return null;
    return this.once(issuer.catalogue_url, async () => {
      const place = this.places.trust + lastPart(issuer.catalogue_url);
      return this.ofIssuer(issuer, place, 'catalogue', 'obc1', issuer.catalogue_sha256);
    });
  }

  withdrawals(issuer) {
    if (!issuer.withdrawals_url) return null;
    return this.once(issuer.withdrawals_url, () =>
      this.ofIssuer(issuer, this.places.trust + lastPart(issuer.withdrawals_url), 'withdrawals', 'obw1'));
  }

  async withdrawal(issuer, number) {
    const document = await this.withdrawals(issuer);
    return document ? document.entries[await sha256(number)] ?? null : null;
  }

  // The status list as { isSet, signedAt, staleAfter, kept }, or { cause } where it could not be had. `kept`: when
  // the issuer gave it, if it could not be asked again now.
  list(issuer, url, purpose) {
    return this.once(url, async () => {
      let had;
      try {
        had = await this.fetch(`${this.places.status}${lastPart(url)}.jwt`, MOST.token);
      } catch {
        return { cause: 'no_network' };
      }
      try {
        const token = new TextDecoder().decode(had.bytes).trim();
        return { ...await readStatusList(token, keysFor(issuer, 'status'), url, purpose), kept: had.kept };
      } catch {
        return { cause: 'bad_list' };
      }
    });
  }

  once(name, work) {
    if (!this.had.has(name)) this.had.set(name, quiet(work()));
    return this.had.get(name);
  }

  async ofIssuer(issuer, place, kind, context, hash) {
    const document = await this.document(place, kind, keysFor(issuer, kind), context, hash);
    return document.type === kind && document.issuer === issuer.id ? document : null;
  }

  async document(place, kind, keys, context, hash) {
    const { bytes } = await this.fetch(place, MOST[kind]);
    if (hash && await sha256(bytes) !== hash) throw new Error('another document');
    const envelope = readEnvelope(bytes, MOST[kind]);
    for (const key of keys) {
      if (await envelope.isSignedBy(unhex(key), context)) return JSON.parse(new TextDecoder().decode(envelope.payload));
    }
    throw new Error('not signed by a trusted key');
  }

  async fetch(place, most) {
    const stop = new AbortController(), timer = setTimeout(() => stop.abort(), PATIENCE);
    try {
      const answer = await fetch(place, { credentials: 'omit', cache: 'no-cache', signal: stop.signal });
      const bytes = new Uint8Array(await answer.arrayBuffer());
      if (!answer.ok || bytes.length > most) throw new Error('not had');
      const kept = answer.headers.get('X-Kept'); // set by sw.js
      if (!kept) this.fetched.push(answer.url);
      return { bytes, kept: kept && Number(kept) };
    } finally {
      clearTimeout(timer);
    }
  }
}

export const keysFor = (issuer, use) =>
  issuer.keys.filter(key => key.uses.includes(use) && !key.compromised_since).map(key => key.x);

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

async function gunzip(bytes, most) {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip')).getReader();
  const whole = new Uint8Array(most);
  let size = 0;
  for (let part; !(part = await reader.read()).done; size += part.value.length) {
    if (size + part.value.length > most) throw new Error('too long');
    whole.set(part.value, size);
  }
  return whole.subarray(0, size);
}
