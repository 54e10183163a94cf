/**
 * SHA-256 of a stream, with a state that can be kept: a download that goes on after a reload hashes on from there. WebCrypto has no
 * digest in pieces, and the libraries have no state to keep and half of the speed in Chromium. Source: FIPS 180-4.
 */

const BLOCK_BYTES = 64;

/** Fractions of the roots of the first primes, as FIPS 180-4 defines the constants. */
function fractions(count: number, root: (prime: number) => number): Int32Array<ArrayBuffer> {
  const words = new Int32Array(count);
  for (let n = 0, candidate = 2; n < count; candidate++) {
    if (!isPrime(candidate)) continue;
    words[n++] = ((root(candidate) % 1) * 2 ** 32) | 0;
  }
  return words;
}

function isPrime(candidate: number): boolean {
  for (let divisor = 2; divisor * divisor <= candidate; divisor++)
    if (candidate % divisor === 0) return false;
  return true;
}

const K = fractions(64, Math.cbrt);

/** Absorbs whole blocks of 64 bytes, possibly elsewhere. */
export type Absorb = (
  state: Int32Array<ArrayBuffer>,
  bytes: Uint8Array<ArrayBuffer>,
) => Promise<Int32Array<ArrayBuffer>>;

/** State before the first byte. */
export function initialState(): Int32Array<ArrayBuffer> {
  return fractions(8, Math.sqrt);
}

/** State after whole blocks of 64 bytes; `state` stays as it is. */
export function absorb(state: Int32Array, bytes: Uint8Array): Int32Array<ArrayBuffer> {
  const next = new Int32Array(state);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const w = new Int32Array(64);
  for (let at = 0; at < bytes.byteLength; at += BLOCK_BYTES) compress(next, w, view, at);
  return next;
}

/** Digest of `nBytes` in all, of which `rest` are those after the state's whole blocks; in hexadecimal digits. */
export function finish(state: Int32Array, rest: Uint8Array, nBytes: number): string {
  const padded = new Uint8Array(Math.ceil((rest.byteLength + 9) / BLOCK_BYTES) * BLOCK_BYTES);
  padded.set(rest);
  padded[rest.byteLength] = 0x80;
  new DataView(padded.buffer).setBigUint64(padded.byteLength - 8, 8n * BigInt(nBytes));
  const digest = new DataView(new ArrayBuffer(32));
  absorb(state, padded).forEach((word, i) => {
    digest.setInt32(4 * i, word);
  });
  return hex(new Uint8Array(digest.buffer));
}

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
}

/** One block. Eight rounds are written out, because moving eight variables in each costs half of the time. */
function compress(state: Int32Array, w: Int32Array, view: DataView, at: number): void {
  for (let i = 0; i < 16; i++) w[i] = view.getInt32(at + 4 * i);
  for (let i = 16; i < 64; i++) {
    const x = w[i - 15];
    const y = w[i - 2];
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    w[i] = (w[i - 16] + w[i - 7] + s0 + s1) | 0;
  }
  let a = state[0];
  let b = state[1];
  let c = state[2];
  let d = state[3];
  let e = state[4];
  let f = state[5];
  let g = state[6];
  let h = state[7];
  let t = 0;
  for (let i = 0; i < 64; i += 8) {
    t = (h + sum1(e) + choose(e, f, g) + K[i] + w[i]) | 0;
    d = (d + t) | 0;
    h = (t + sum0(a) + majority(a, b, c)) | 0;
    t = (g + sum1(d) + choose(d, e, f) + K[i + 1] + w[i + 1]) | 0;
    c = (c + t) | 0;
    g = (t + sum0(h) + majority(h, a, b)) | 0;
    t = (f + sum1(c) + choose(c, d, e) + K[i + 2] + w[i + 2]) | 0;
    b = (b + t) | 0;
    f = (t + sum0(g) + majority(g, h, a)) | 0;
    t = (e + sum1(b) + choose(b, c, d) + K[i + 3] + w[i + 3]) | 0;
    a = (a + t) | 0;
    e = (t + sum0(f) + majority(f, g, h)) | 0;
    t = (d + sum1(a) + choose(a, b, c) + K[i + 4] + w[i + 4]) | 0;
    h = (h + t) | 0;
    d = (t + sum0(e) + majority(e, f, g)) | 0;
    t = (c + sum1(h) + choose(h, a, b) + K[i + 5] + w[i + 5]) | 0;
    g = (g + t) | 0;
    c = (t + sum0(d) + majority(d, e, f)) | 0;
    t = (b + sum1(g) + choose(g, h, a) + K[i + 6] + w[i + 6]) | 0;
    f = (f + t) | 0;
    b = (t + sum0(c) + majority(c, d, e)) | 0;
    t = (a + sum1(f) + choose(f, g, h) + K[i + 7] + w[i + 7]) | 0;
    e = (e + t) | 0;
    a = (t + sum0(b) + majority(b, c, d)) | 0;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}

function sum0(x: number): number {
  return ((x >>> 2) | (x << 30)) ^ ((x >>> 13) | (x << 19)) ^ ((x >>> 22) | (x << 10));
}

function sum1(x: number): number {
  return ((x >>> 6) | (x << 26)) ^ ((x >>> 11) | (x << 21)) ^ ((x >>> 25) | (x << 7));
}

function choose(x: number, y: number, z: number): number {
  return z ^ (x & (y ^ z));
}

function majority(x: number, y: number, z: number): number {
  return (x & y) | (z & (x | y));
}
