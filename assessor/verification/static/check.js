// Takes the code of a certificate apart as spec/qr.md says: text, CBOR, COSE, byte for byte and nothing else. The twin
// of assessor/certificates/{qr,cbor,cose}.py: no network, no page, no memory of what it read.

export class Refused extends Error {
  constructor(result, cause) {
    super(`result ${result}`);
    this.result = result;
    this.cause = cause;
  }
}
const altered = () => { throw new Refused(7, 'altered'); };
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
export const bytesOf = text => new TextEncoder().encode(text);
export const hex = bytes => Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
export const unhex = text => Uint8Array.from(text.match(/../g) ?? [], pair => parseInt(pair, 16));

export function unbase64url(text) {
  if (!/^[\w-]*$/.test(text)) altered();
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), sign => sign.charCodeAt(0));
}

// The text: address, form and signed bytes. Form 1 is groups of 7 bytes as 17 digits.
const SIZES = { 0: 0, 3: 1, 5: 2, 8: 3, 10: 4, 13: 5, 15: 6, 17: 7 };

export function readText(text) {
  const signs = Array.from(text.slice(0, 4098)); // a sign can be two units long
  const compact = signs.slice(0, 2049).join('').replace(/[\s\x1c-\x1f\x85]+/g, '');
  const [, prefix, form, code] = compact.match(/^(https?:\/\/[^#]*|)#([12])\.(.*?)[.,;:)>\]"']*$/i) ?? [];
  if (signs.length > 2048 || !form) throw new Refused(9);
  if (!(form === '1' ? /^[0-9]*$/ : /^[\w-]*$/).test(code)) altered();
  if (!code || (form === '1' ? !(code.length % 17 in SIZES) : code.length % 4 === 1)) throw new Refused(10);
  if (form === '2') {
    const bytes = unbase64url(code);
    const again = btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
    return again === code ? { prefix, bytes } : altered();
  }
  return { prefix, bytes: concat(...code.match(/.{1,17}/g).map(group => bigEndian(BigInt(group), SIZES[group.length]))) };
}

function bigEndian(value, size) {
  const bytes = new Uint8Array(size);
  for (let at = size - 1; at >= 0; at--, value >>= 8n) bytes[at] = Number(value & 255n);
  return value ? altered() : bytes;
}

export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) { whole.set(part, at); at += part.length; }
  return whole;
}

// Core deterministic CBOR (RFC 8949, 4.2.1): one value, one encoding. Maps have integer keys.
export function encode(value) {
  if (value === null) return Uint8Array.of(0xf6);
  if (typeof value === 'bigint') return value < 0 ? head(1, -1n - value) : head(0, value);
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (value instanceof Uint8Array) return concat(head(2, value.length), value);
  if (typeof value === 'string') return concat(head(3, bytesOf(value).length), bytesOf(value));
  if (Array.isArray(value)) return concat(head(4, value.length), ...value.map(encode));
  const keys = [...value.keys()].map(key => [hex(encode(key)), key]).sort(([a], [b]) => (a < b ? -1 : 1));
  return concat(head(5, value.size), ...keys.flatMap(([, key]) => [encode(key), encode(value.get(key))]));
}

function head(major, argument) {
  if (argument < 24) return Uint8Array.of(major << 5 | argument);
  const code = argument < 256 ? 0 : argument < 65536 ? 1 : argument < 2 ** 32 ? 2 : 3;
  return concat([major << 5 | 24 + code], bigEndian(BigInt(argument), 1 << code));
}

export function decode(bytes, most = 512) {
  let at = 0;
  const take = size => (size > bytes.length - at ? altered() : bytes.subarray(at, at += size));
  const text = part => { try { return utf8.decode(part); } catch { return altered(); } };
  const item = nesting => {
    const first = take(1)[0], major = first >> 5, low = first & 31;
    if (first === 0xf6) return null;
    if (major > 5 || low > 27) altered();
    const written = low < 24 ? low : BigInt(`0x${hex(take(1 << low - 24))}`), argument = Number(written);
    if (argument > 2 ** 52 && major < 2) return major ? -1n - written : written; // no field is that large
    if (major < 2) return major ? -1 - argument : argument;
    if (major === 2) return take(argument);
    if (major === 3) return text(take(argument));
    if (nesting === 4 || argument > bytes.length - at) altered();
    if (major === 4) return Array.from({ length: argument }, () => item(nesting + 1));
    const map = new Map();
    for (let left = argument; left; left--) {
      const key = item(nesting + 1);
      if (!(Number.isInteger(key) || typeof key === 'bigint') || map.has(key)) altered();
      map.set(key, item(nesting + 1));
    }
    return map;
  };
  if (bytes.length > most) altered();
  const value = item(0);
  return at === bytes.length && isSame(encode(value), bytes) ? value : altered();
}

const isSame = (one, other) => one.length === other.length && one.every((byte, at) => byte === other[at]);

// COSE_Sign1 (RFC 9052) with Ed25519, -19 or the older -8.
export function readEnvelope(bytes, most) {
  const parts = decode(bytes, most);
  if (!Array.isArray(parts) || parts.length !== 4) altered();
  const [shielded, open, payload, signature] = parts;
  const isBytes = [shielded, payload, signature].every(part => part instanceof Uint8Array);
  if (!isBytes || !(open instanceof Map) || open.size || signature.length !== 64) altered();
  const header = decode(shielded), kid = header instanceof Map && header.get(4);
  if (!(kid instanceof Uint8Array) || kid.length !== 8) altered();
  if (header.size !== 2 || ![-19, -8].includes(header.get(1))) altered();
  const signed = context => encode(['Signature1', shielded, bytesOf(context), payload]);
  return { kid: hex(kid), payload, isSignedBy: (key, context) => verify(key, signature, signed(context)) };
}

export async function verify(key, signature, message) {
  try {
    const native = await crypto.subtle.importKey('raw', key, 'Ed25519', false, ['verify']);
    return await crypto.subtle.verify('Ed25519', native, signature, message);
  } catch { // An older phone: the same arithmetic in JavaScript.
    const { verifyAsync } = await import('./vendor/noble-ed25519.js');
    return verifyAsync(signature, message, key, { zip215: false }).catch(() => false);
  }
}
