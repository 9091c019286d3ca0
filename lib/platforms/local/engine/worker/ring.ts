/** Bytes of a record before its content: bytes of the text, bytes of the data. */
const HEAD = 8;
/** In place of a length: the rest up to the end of the memory is empty. */
const SKIP = -1;

/** Positions in `counters`. The first two only grow, and begin again at 0 after 2^32. */
const WRITTEN = 0;
const READ = 1;
const ASLEEP = 2;

/** A message as it was written. */
export interface Piece {
  readonly text: string;
  readonly data?: Uint8Array;
}

/**
 * A line of messages from one thread to another, in memory that they share. What is written is there for the reader at once, whatever
 * becomes of the writer, and neither has an event for each message: a reader that has nothing left says that it sleeps, and is woken up
 * once, by other means. One thread writes, one reads.
 */
export class Ring {
  readonly memory: SharedArrayBuffer;
  private readonly counters: Int32Array;
  private readonly lengths: Int32Array;
  private readonly bytes: Buffer;
  private readonly size: number;

  /** @param memory bytes, a power of two and a multiple of 64; or the memory of the ring at the other end */
  constructor(memory: number | SharedArrayBuffer) {
    this.memory = typeof memory === 'number' ? new SharedArrayBuffer(HEAD * 2 + memory) : memory;
    this.size = this.memory.byteLength - HEAD * 2;
    this.counters = new Int32Array(this.memory, 0, 4);
    this.lengths = new Int32Array(this.memory, HEAD * 2);
    this.bytes = Buffer.from(this.memory, HEAD * 2);
  }

  /** Whether a message is small enough for it: so small that there is room for it when everything is read. */
  takes(text: string, data?: Uint8Array): boolean {
    return mostBytes(text, data) <= this.size / 4;
  }

  /** Whether there is room for a message without text. */
  get hasRoom(): boolean {
    const used = (Atomics.load(this.counters, WRITTEN) - Atomics.load(this.counters, READ)) >>> 0;
    return this.size - used >= HEAD;
  }

  /**
   * Only what `takes()` says yes to.
   * @returns false when there is no room for it now
   */
  write(text: string, data?: Uint8Array): boolean {
    const written = Atomics.load(this.counters, WRITTEN) >>> 0;
    const free = this.size - ((written - Atomics.load(this.counters, READ)) >>> 0);
    const most = mostBytes(text, data);
    let at = written % this.size;
    const skipped = most > this.size - at ? this.size - at : 0;
    if (skipped + most > free) return false;
    if (skipped > 0) {
      this.lengths[at / 4] = SKIP;
      at = 0;
    }
    const start = at + HEAD;
    const textBytes = this.bytes.write(text, start);
    if (data) this.bytes.set(data, start + textBytes);
    this.lengths[at / 4] = textBytes;
    this.lengths[at / 4 + 1] = data ? data.length : SKIP;
    Atomics.store(this.counters, WRITTEN, (written + skipped + padded(HEAD + textBytes + (data?.length ?? 0))) | 0);
    return true;
  }

  /** The next message, or undefined. */
  read(): Piece | undefined {
    let read = Atomics.load(this.counters, READ) >>> 0;
    if (read === Atomics.load(this.counters, WRITTEN) >>> 0) return undefined;
    let at = read % this.size;
    if (this.lengths[at / 4] === SKIP) {
      read += this.size - at;
      at = 0;
    }
    const textBytes = this.lengths[at / 4]!;
    const dataBytes = this.lengths[at / 4 + 1]!;
    const start = at + HEAD;
    const end = start + textBytes;
    const text = this.bytes.toString('utf8', start, end);
    const data = dataBytes === SKIP ? undefined : Buffer.from(this.bytes.subarray(end, end + dataBytes));
    Atomics.store(this.counters, READ, (read + padded(HEAD + textBytes + Math.max(0, dataBytes))) | 0);
    Atomics.notify(this.counters, READ);
    return { text, data };
  }

  /** Has the writer's thread stand still until something was read. */
  waitForRoom(): void {
    const written = Atomics.load(this.counters, WRITTEN);
    const read = Atomics.load(this.counters, READ);
    if (written !== read) Atomics.wait(this.counters, READ, read);
  }

  /** The reader's: says that it will not look again by itself. @returns false when there is something to read after all */
  sleep(): boolean {
    Atomics.store(this.counters, ASLEEP, 1);
    if (Atomics.load(this.counters, WRITTEN) === Atomics.load(this.counters, READ)) return true;
    Atomics.store(this.counters, ASLEEP, 0);
    return false;
  }

  /** The writer's: whether the reader sleeps, and is to be woken up. True once for each sleep. */
  wake(): boolean {
    return Atomics.load(this.counters, ASLEEP) === 1 && Atomics.compareExchange(this.counters, ASLEEP, 1, 0) === 1;
  }
}

/** Three bytes hold any character that a string counts as one. */
function mostBytes(text: string, data?: Uint8Array): number {
  return padded(HEAD + text.length * 3 + (data?.length ?? 0));
}

/** Records begin at multiples of their head's length: there is always room for one that says to skip. */
function padded(bytes: number): number {
  return (bytes + HEAD - 1) & -HEAD;
}
