import { once } from 'node:events';
import { afterEach, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { describePart, type Suite } from './suite.js';

/** Clients of a WebSocket API: who is let in, which route takes a message, and who is sent to. */
export function socketCases(suite: Suite): void {
  const { seen } = suite;
  const open: WebSocket[] = [];
  afterEach(async () => {
    await Promise.all(open.map((each) => each.readyState === WebSocket.CLOSED || closed(each)));
    // What is told of their ends belongs to the test that is over.
    await until(open.splice(0).length, 'disconnect');
  });

  const told = (type: string) => seen.filter((each) => each.type === type);
  const closed = (socket: WebSocket, code = 1000) => {
    const end = once(socket, 'close');
    socket.close(code);
    return end;
  };
  async function connect(name: string) {
    const socket = new WebSocket(`${suite.running().socketUrl}/?name=${name}`);
    open.push(socket);
    const messages: unknown[] = [];
    socket.on('message', (data) => messages.push(JSON.parse(data.toString())));
    await once(socket, 'open');
    const id = told('connect').find(({ subject }) => subject === name)!.connectionId as string;
    const send = (message: unknown) => socket.send(typeof message === 'string' ? message : JSON.stringify(message));
    return { id, socket, messages, send, next: () => vi.waitUntil(() => messages.shift(), { timeout: 5000, interval: 5 }) };
  }
  async function refused(query: string): Promise<number> {
    const socket = new WebSocket(`${suite.running().socketUrl}/${query}`);
    socket.on('error', () => {});
    const [, response] = await once(socket, 'unexpected-response');
    socket.terminate();
    return response.statusCode;
  }
  const until = (count: number, type: string) => vi.waitUntil(() => told(type).length >= count, { timeout: 5000, interval: 5 });

  describePart(suite, 'websocket.api', () => {
    test('a client connects, and its handler knows who it is until it has gone', async () => {
      const ann = await connect('ann');
      ann.send({ action: 'quiet', text: 'grüße 🫖' });
      await until(1, 'message');
      await closed(ann.socket, 4001);
      await until(1, 'disconnect');
      const who = { kind: 'websocket', connectionId: ann.id, subject: 'ann', email: 'ann@shop.example' };
      expect(seen).toEqual([
        { kind: 'authorizer', path: '/', params: {}, word: 'ann' },
        { ...who, type: 'connect', route: '$connect', name: 'ann' },
        { ...who, type: 'message', route: 'quiet', body: { action: 'quiet', text: 'grüße 🫖' } },
        { ...who, type: 'disconnect', route: '$disconnect', code: 4001 },
      ]);
    });

    test('who may not connect is refused: by the authorizer, by the handler, for want of a name', async () => {
      expect(await refused('?name=mallory')).toBe(403);
      expect(await refused('?name=eve')).toBe(403);
      expect(await refused('?name=broken')).toBe(500);
      expect(await refused('')).toBe(401);
      expect(told('connect').map(({ name }) => name)).toEqual(['eve']);
      expect(told('disconnect')).toEqual([]);
    });

    test('a message goes to the route that it names; all others to $default', async () => {
      const ann = await connect('ann');
      const messages = [{ action: 'tell' }, { action: 'quiet' }, { action: 'other' }, { action: '$connect' }, { no: 'action' }];
      for (const [index, message] of messages.entries()) {
        ann.send(message);
        await until(index + 1, 'message');
      }
      ann.send('no json');
      await until(6, 'message');
      expect(told('message').map(({ route, body }) => [route, body])).toEqual([
        ['tell', messages[0]],
        ['quiet', messages[1]],
        ...messages.slice(2).map((message) => ['$default', message]),
        ['$default', 'no json'],
      ]);
    });

    test('only a route that replies sends what its handler returns', async () => {
      const ann = await connect('ann');
      ann.send({ action: 'quiet', order: 1 });
      await until(1, 'message');
      ann.send({ action: 'tell', order: 2 });
      expect(await ann.next()).toEqual({ echo: { action: 'tell', order: 2 } });
    });

    test('a handler sends to any client, and hears of those that have gone', async () => {
      const [ann, bob] = [await connect('ann'), await connect('bob')];
      ann.send({ action: 'tell', wish: 'tell', to: bob.id, text: 'tea 🫖' });
      expect(await bob.next()).toEqual({ text: 'tea 🫖', from: 'ann' });
      expect(await ann.next()).toEqual({ told: true });
      await closed(bob.socket);
      await until(1, 'disconnect');
      ann.send({ action: 'tell', wish: 'tell', to: bob.id, text: 'more' });
      expect(await ann.next()).toEqual({ told: false });
    });

    test('a handler ends a connection', async () => {
      const [ann, bob] = [await connect('ann'), await connect('bob')];
      const gone = once(bob.socket, 'close');
      ann.send({ action: 'tell', wish: 'leave', to: bob.id });
      await gone;
      await until(1, 'disconnect');
      expect(told('disconnect')).toMatchObject([{ subject: 'bob' }]);
    });
  });
}
