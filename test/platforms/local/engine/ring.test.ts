import { once } from 'node:events';
import { MessageChannel, Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { Inbox } from '../../../../lib/platforms/local/engine/worker/channel.js';
import { Ring } from '../../../../lib/platforms/local/engine/worker/ring.js';

const SIZE = 1024;

/** Both ends of one ring. */
function pair(): [writer: Ring, reader: Ring] {
  const writer = new Ring(SIZE);
  return [writer, new Ring(writer.memory)];
}

describe('a ring', () => {
  test('gives what was written, in order, until there is no more', () => {
    const [writer, reader] = pair();
    expect(reader.read()).toBeUndefined();
    expect(writer.write('one')).toBe(true);
    expect(writer.write('', Buffer.from([0, 255]))).toBe(true);
    expect(writer.write('drei äöü € 😀', new Uint8Array())).toBe(true);
    expect(reader.read()).toEqual({ text: 'one', data: undefined });
    expect(reader.read()).toEqual({ text: '', data: Buffer.from([0, 255]) });
    expect(reader.read()).toEqual({ text: 'drei äöü € 😀', data: Buffer.alloc(0) });
    expect(reader.read()).toBeUndefined();
  });

  test('goes round, with messages of every length that it takes', () => {
    const [writer, reader] = pair();
    const sent: string[] = [];
    const got: string[] = [];
    for (let length = 0; writer.takes('x'.repeat(length)); length++) {
      for (const letter of ['a', 'ß']) {
        const text = letter.repeat(length);
        while (!writer.write(text)) got.push(reader.read()!.text);
        sent.push(text);
      }
    }
    for (let piece = reader.read(); piece; piece = reader.read()) got.push(piece.text);
    expect(sent.length).toBeGreaterThan(100);
    expect(got).toEqual(sent);
  });

  test('goes on when its counters begin again', () => {
    const [writer, reader] = pair();
    // As after four gigabytes.
    new Int32Array(writer.memory, 0, 4).fill(-64, 0, 2);
    for (let n = 0; n < 100; n++) {
      while (writer.hasRoom && writer.write('x'.repeat(n), Buffer.from([n])));
      expect(writer.sleep()).toBe(false);
      for (let piece = reader.read(); piece; piece = reader.read()) expect(piece.text.length - piece.data![0]!).toBe(0);
      expect(reader.sleep()).toBe(true);
    }
  });

  test('takes a message that is small enough, and has room for it when everything is read', () => {
    for (let before = 0; before < SIZE; before += 8) {
      const [writer, reader] = pair();
      for (let at = 0; at < before; at += 8) {
        writer.write('');
        reader.read();
      }
      const most = Buffer.alloc(SIZE / 4 - 8, 7);
      expect(writer.takes('', most)).toBe(true);
      expect(writer.write('', most)).toBe(true);
      expect(reader.read()!.data).toEqual(most);
      expect(writer.takes('', Buffer.alloc(SIZE / 4))).toBe(false);
    }
  });

  test('is full at some time, and loses nothing of what it took', () => {
    const [writer, reader] = pair();
    let count = 0;
    while (writer.write(String(count))) count++;
    expect(count).toBeGreaterThan(SIZE / 40);
    while (writer.hasRoom) writer.write('');
    expect(writer.write('')).toBe(false);
    for (let n = 0; n < count; n++) expect(reader.read()!.text).toBe(String(n));
  });

  test('asks once for a reader that sleeps to be woken up', () => {
    const [writer, reader] = pair();
    expect(writer.wake()).toBe(false);
    expect(reader.sleep()).toBe(true);
    writer.write('a');
    expect(writer.wake()).toBe(true);
    expect(writer.wake()).toBe(false);
    // It was not read: who looks again finds it.
    expect(reader.sleep()).toBe(false);
    expect(writer.wake()).toBe(false);
  });
});

/** A thread that writes what `body` says; `ring`, `outbox` and `port` are there. */
function thread(ring: Ring, body: string) {
  const { port1, port2 } = new MessageChannel();
  const modules = `${process.cwd()}/dist/platforms/local/engine/worker`;
  const source = `
    const { Ring } = require('${modules}/ring.js');
    const { Outbox } = require('${modules}/channel.js');
    const { memory, port } = require('node:worker_threads').workerData;
    const ring = new Ring(memory);
    const outbox = new Outbox(ring, port);
    const send = (message) => { while (!outbox.json(message)) ring.waitForRoom(); };
    ${body}`;
  const worker = new Worker(source, {
    eval: true,
    workerData: { memory: ring.memory, port: port2 },
    transferList: [port2],
  });
  return { worker, port: port1 };
}

describe('between threads', () => {
  test('a writer that is faster waits for room', async () => {
    const ring = new Ring(SIZE);
    const { worker } = thread(ring, "for (let n = 0; n < 2000; n++) send({ n, text: '€'.repeat(n % 60) });");
    const ended = once(worker, 'exit');
    for (let n = 0; n < 2000; ) {
      const piece = ring.read();
      if (piece) expect(JSON.parse(piece.text)).toEqual({ n, text: '€'.repeat(n++ % 60) });
      else await new Promise(setImmediate);
    }
    await ended;
    expect(ring.read()).toBeUndefined();
  });

  test('what a thread wrote before it was ended is there, and no half of a message', async () => {
    const ring = new Ring(SIZE);
    const { worker } = thread(ring, 'for (let n = 0; ; n++) { ring.write(String(n)) || ring.waitForRoom(); }');
    let last = -1;
    while (last < 500) {
      const piece = ring.read();
      if (piece) last = Number(piece.text);
      else await new Promise(setImmediate);
    }
    await worker.terminate();
    for (let piece = ring.read(); piece; piece = ring.read()) expect(Number(piece.text)).toBeGreaterThan(last);
  });

  test('messages that are too large or no JSON go by the port, and stay in order', async () => {
    const ring = new Ring(SIZE);
    const { worker, port } = thread(
      ring,
      `send({ n: 0 });
       send({ n: 1, text: 'x'.repeat(5000) });
       outbox.any({ n: 2, when: new Date(0) });
       outbox.json({ n: 3 }, Buffer.alloc(3000, 1));
       outbox.post({ type: 'aside' });
       send({ n: 4 });
       outbox.wake();`,
    );
    const got: object[] = [];
    const aside: object[] = [];
    const all = new Promise<void>((resolve) => {
      const inbox = new Inbox<{ n: number; text?: string; data?: Uint8Array }, { type: string }>(
        ring,
        port,
        (message) => resolve(void aside.push(message)),
        () => {
          do for (let next = inbox.next(); next; next = inbox.next()) got.push(next);
          while (!inbox.sleep());
        },
      );
    });
    await all;
    while (got.length < 5) await new Promise(setImmediate);
    expect(got).toMatchObject([{ n: 0 }, { n: 1 }, { n: 2, when: new Date(0) }, { n: 3 }, { n: 4 }]);
    expect((got[1] as { text: string }).text).toHaveLength(5000);
    expect((got[3] as { data: Uint8Array }).data).toHaveLength(3000);
    expect(aside).toEqual([{ type: 'aside' }]);
    port.close();
    await worker.terminate();
  });
});
