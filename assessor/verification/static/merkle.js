// The list of what was issued with a key that is stolen now; the twin of assessor/certificates/merkle.py. Loaded only
// when such a certificate is checked.
import { concat, hex } from './check.js';

const SIZE = 32;
const AT_ONCE = 4096; // digests that wait together: more would fill the memory of a phone
const sha256 = async bytes => new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));

// A function that says of a payload whether the list holds it. Throws unless the bytes are the list of this root.
export async function readList(bytes, root, count) {
  if (bytes.length !== SIZE * count) throw new Error('another length');
  for (let place = 1; place < count; place++) {
    if (!(order(at(bytes, place - 1), at(bytes, place)) < 0)) throw new Error('not in order');
  }
  if (hex(await treeHash(bytes)) !== hex(root)) throw new Error('another list');
  return async payload => {
    const wanted = await sha256(payload);
    for (let low = 0, high = count; low < high;) {
      const middle = low + high >> 1, side = order(wanted, at(bytes, middle));
      if (!side) return true;
      if (side < 0) high = middle; else low = middle + 1;
    }
    return false;
  };
}

// Merkle Tree Hash (RFC 9162, 2.1.1) of 32-byte entries, level by level; an odd last node goes up as it is.
export async function treeHash(entries) {
  let level = await hashed(entries, SIZE, 0);
  while (level.length > SIZE) {
    const even = level.length - level.length % (2 * SIZE);
    level = concat(await hashed(level.subarray(0, even), 2 * SIZE, 1), level.subarray(even));
  }
  return level.length ? level : sha256(level);
}

async function hashed(bytes, step, sign) {
  const whole = new Uint8Array(bytes.length / step * SIZE);
  for (let from = 0; from < bytes.length; from += step * AT_ONCE) {
    const part = bytes.subarray(from, from + step * AT_ONCE), nodes = part.length / step;
    const done = await Promise.all(Array.from({ length: nodes }, (_, node) =>
      sha256(concat([sign], part.subarray(node * step, (node + 1) * step)))));
    done.forEach((digest, node) => whole.set(digest, from / step * SIZE + node * SIZE));
  }
  return whole;
}

const at = (bytes, place) => bytes.subarray(SIZE * place, SIZE * (place + 1));

function order(one, other) {
  for (let byte = 0; byte < SIZE; byte++) if (one[byte] !== other[byte]) return one[byte] - other[byte];
  return 0;
}
