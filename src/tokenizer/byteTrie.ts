const EMPTY = -1;

/** Maps byte strings to values, walked byte by byte. Nodes are numbers, and `ROOT` is the first. */
export class ByteTrie {
  static readonly ROOT = 0;
  /** Edges, open addressing: node and byte as one key, and the child node. */
  #keys = new Int32Array(1 << 12).fill(EMPTY);
  #children = new Int32Array(1 << 12);
  #values = new Int32Array(1 << 10).fill(EMPTY);
  #nNodes = 1;

  get isEmpty(): boolean {
    return this.#nNodes === 1;
  }

  /** Adds `source[start … end)`; of two equal strings the later one wins. */
  add(source: Uint8Array, start: number, end: number, value: number): void {
    let node = ByteTrie.ROOT;
    for (let at = start; at < end; at++) {
      const child = this.child(node, source[at]);
      node = child < 0 ? this.#append(node, source[at]) : child;
    }
    this.#values[node] = value;
  }

  /** Child of `node`, or -1. */
  child(node: number, byte: number): number {
    const key = (node << 8) | byte;
    const keys = this.#keys;
    const mask = keys.length - 1;
    for (let slot = slotOf(key) & mask; ; slot = (slot + 1) & mask) {
      if (keys[slot] === key) return this.#children[slot];
      if (keys[slot] === EMPTY) return -1;
    }
  }

  /** Value of the string that ends at the node, or -1. */
  value(node: number): number {
    return this.#values[node];
  }

  #append(node: number, byte: number): number {
    if (2 * this.#nNodes >= this.#keys.length) this.#grow();
    const child = this.#nNodes++;
    if (child >= this.#values.length) {
      const values = new Int32Array(2 * this.#values.length).fill(EMPTY);
      values.set(this.#values);
      this.#values = values;
    }
    this.#insert((node << 8) | byte, child);
    return child;
  }

  #insert(key: number, child: number): void {
    const mask = this.#keys.length - 1;
    let slot = slotOf(key) & mask;
    while (this.#keys[slot] !== EMPTY) slot = (slot + 1) & mask;
    this.#keys[slot] = key;
    this.#children[slot] = child;
  }

  #grow(): void {
    const keys = this.#keys;
    const children = this.#children;
    this.#keys = new Int32Array(4 * keys.length).fill(EMPTY);
    this.#children = new Int32Array(4 * keys.length);
    for (let slot = 0; slot < keys.length; slot++) {
      if (keys[slot] !== EMPTY) this.#insert(keys[slot], children[slot]);
    }
  }
}

function slotOf(key: number): number {
  const mixed = Math.imul(key, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}
