// Decides which of the ten results a text is; the twin of assessor/certificates/checking.py, in its order.
import { Refused, readEnvelope, readText, unhex } from './check.js';
import { readSummary } from './summary.js';

const SKEW = 600; // seconds a clock may be wrong
const DAY = 86400; // what is signed so much later than now was not signed later: the clock here is slow

// Gives { result, cause, kid, issuer, summary, number, withdrawal, statusAt }; `summary` only where the result
// allows its fields to be shown; `statusAt`: as of when the answer about withdrawal is; undefined: there is none;
// `isKept`: nobody could be asked now; `isEarly`: the clock of this device is slow. Never throws for what was scanned.
export async function judge(text, trust, now) {
  try {
    return await steps(text, trust, now);
  } catch (refused) {
    if (refused instanceof Refused) return { result: refused.result, cause: refused.cause, kid: refused.kid };
    throw refused;
  }
}

async function steps(text, trust, now) {
  // 1. Take the text apart.
  const { prefix, bytes } = readText(text);
  const envelope = readEnvelope(bytes), { kid } = envelope;

  // 2. A key we trust, and its signature.
  const bundle = await trust.bundle();
  if (!bundle) return { result: 6, cause: 'no_bundle', kid };
  const known = bundle.issuers.flatMap(issuer => issuer.keys.map(key => ({ issuer, key })))
    .filter(({ key }) => key.kid === kid && key.uses.includes('certificate'));
  if (!known.length) return { result: 6, cause: 'unknown_key', kid };
  const holds = await Promise.all(known.map(({ key }) => envelope.isSignedBy(unhex(key.x), 'obq1')));
  if (!holds.includes(true)) return { result: 7, cause: 'altered', kid };
  const { issuer, key } = known[holds.indexOf(true)];

  // 3. What it says, and whether the key was in use then. A thief can write any date: then only a list counts.
  const summary = readOrRefuse(envelope.payload);
  const theft = key.compromised_since != null && await afterTheft(envelope.payload, issuer, key, trust);
  if (theft) return { ...theft, kid };
  const inTerm = key.valid_from <= summary.issued && summary.issued <= (key.valid_until ?? Infinity);
  if (!inTerm) return { result: 7, cause: 'key_not_valid', kid };

  // 4. Where the code leads, and whether it still counts.
  const standing = await standingOf(summary, issuer, bundle, trust, now);
  const seen = { kid, issuer, number: summary.number, cti: summary.cti, ...standing };
  const fresh = bundle.issued - SKEW <= now && now < bundle.expires;

  // 5. The gravest finding is the result.
  if (standing.withdrawn) return { result: 3, ...seen };
  if (standing.suspended) return { result: 4, ...seen };
  const shown = { ...seen, summary };
  if (prefix && !issuer.prefixes.includes(prefix)) return { result: 8, ...shown };
  if (summary.expires !== null && summary.expires <= now) return { result: 5, ...shown };
  if (standing.cause || !fresh) return { result: 2, ...shown, cause: standing.cause ?? 'old_bundle' };
  return { result: 1, ...shown };
}

function readOrRefuse(payload) {
  try {
    return readSummary(payload);
  } catch {
    throw new Refused(9);
  }
}

async function afterTheft(payload, issuer, key, trust) {
  const listed = key.issued ? await trust.issued(issuer, key) : () => false;
  if (!listed) return { result: 6, cause: 'no_issued_list' };
  return await listed(payload) ? null : { result: 7, cause: 'key_stolen' };
}

async function standingOf(summary, issuer, bundle, trust, now) {
  const place = issuer.status_lists.find(list => list.number === summary.list);
  const [withdrawal, ...lists] = await Promise.all([
    trust.withdrawal(issuer, summary.cti),
    place ? trust.list(issuer, place.url, 'revocation') : undefined,
    place?.suspension_url ? trust.list(issuer, place.suspension_url, 'suspension') : undefined,
  ]);
  const [withdrawn, suspended] = lists.map(list => list?.isSet?.(summary.index) ?? null);
  const asked = lists.filter(list => list !== undefined).map(list => list ?? { cause: 'bad_list' });
  const answers = asked.filter(list => !list.cause);
  return {
    withdrawn: withdrawn || withdrawal !== null,
    suspended: suspended === true,
    withdrawal,
    statusAt: answers.length ? Math.min(bundle.given, ...answers.map(askedAt)) : undefined,
    isKept: answers.some(list => list.isKept),
    isEarly: [bundle.issued, ...answers.map(list => list.signedAt)].some(signed => now < signed - DAY),
    cause: place ? asked.map(list => causeOf(list, summary.index, now)).find(Boolean) : 'no_list',
  };
}

// When the issuer was last asked; where even then the list was old, the date of the list.
const askedAt = ({ given, signedAt, staleAfter }) => (given < staleAfter ? given : signedAt);

function causeOf(list, index, now) {
  if (list.cause) return list.cause;
  if (list.isSet(index) === null) return 'bad_list';
  return list.signedAt - SKEW <= now && now < list.staleAfter ? undefined : 'old_list';
}
