// What the payload of a code says; the twin of assessor/certificates/{summary,number}.py. Call it only after the
// signature held; what breaks a limit is not a certificate.
import { Refused, bytesOf, decode } from './check.js';

const SPACE = /[\p{Z}\t-\r\x1c-\x1f\x85]/gu;
const STEERING = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

export function readSummary(payload) {
  const claims = decode(payload);
  const fields = claims instanceof Map && claims.get(-65537);
  const need = truth => { if (!truth) throw new Refused(9); };
  need(Array.isArray(fields) && fields.length >= 8);
  const issued = claims.get(6), number = claims.get(7), expires = claims.get(4) ?? null;
  const uint = (value, most) => Number.isInteger(value) && value >= 0 && value <= most;
  const orNull = (value, fits) => need(value === null || fits(value));
  const isText = (value, most) => typeof value === 'string' && bytesOf(value).length <= most;
  const shown = (value, most) => {
    if (value === null) return null;
    need(isText(value, most) && value === value.normalize('NFC'));
    const text = value.replace(SPACE, ' ').replace(STEERING, '');
    need(/[^ ]/.test(text) && text === text.normalize('NFC'));
    return text;
  };
  const [name, spelling, achievement, title, level, scores, list, index, conditions = null, languages = null] = fields;
  need(uint(issued, 253402300799) && number instanceof Uint8Array && number.length === 8 && name !== null);
  orNull(expires, value => uint(value, 253402300799) && value > issued);
  need(isText(achievement, 24) && /^[A-Z0-9.-]+$/.test(achievement));
  orNull(level, value => uint(value, 8) && value > 0);
  orNull(scores, value => value instanceof Uint8Array && value.length <= 16 && value.every(s => s <= 100 || s === 255));
  need((list === null) === (index === null));
  orNull(list, value => uint(value, 2 ** 32 - 1));
  orNull(index, value => uint(value, 2 ** 20 - 1));
  orNull(conditions, value => value instanceof Uint8Array && value.length === 3);
  orNull(languages, value => isText(value, 16) && /^[a-z]{2,3}(-[a-z\d]{1,8})*(\+[a-z]{2,3}(-[a-z\d]{1,8})*)?$/i.test(value));
  return {
    name: shown(name, 96), spelling: shown(spelling, 64), achievement, title: shown(title, 48), level,
    scores: scores && Array.from(scores, score => (score === 255 ? null : score)),
    list, index, issued, expires, languages, cti: number, number: written(number),
    conditions: conditions && { flags: conditions[0], device: conditions[1], items: conditions[2] },
  };
}

export const SIGNS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
export function written(number) {
  let value = number.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n), signs = (SIGNS + '*~$=U')[value % 37n];
  for (let place = 0; place < 13; place++, value >>= 5n) signs = SIGNS[value & 31n] + signs;
  return `${signs.slice(0, 5)}-${signs.slice(5, 10)}-${signs.slice(10)}`;
}
