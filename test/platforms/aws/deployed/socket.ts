/** A client of WebSockets that speaks to a server under another host's name. Short texts only. */
import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import type { Socket } from 'node:net';

export interface Client {
  send(text: string): void;
  /** The next message. */
  next(): Promise<string>;
  close(): void;
}

/** @returns the status where the server refused */
export function connect(server: string, host: string, path: string): Promise<Client | number> {
  const headers = {
    host,
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': randomBytes(16).toString('base64'),
  };
  return new Promise((resolve, reject) => {
    const asked = request(`${server}${path}`, { headers });
    asked.on('response', (response) => resolve(response.statusCode!));
    asked.on('upgrade', (_, socket, head) => resolve(client(socket as Socket, head)));
    asked.on('error', reject).end();
  });
}

function client(socket: Socket, head: Buffer): Client {
  let read = head;
  const texts: string[] = [];
  const waiting: ((text: string) => void)[] = [];
  const take = () => {
    while (read.length >= 2 && read[1]! < 126 && read.length >= 2 + read[1]!) {
      const text = read.subarray(2, 2 + read[1]!).toString();
      if ((read[0]! & 15) === 1) texts.push(text);
      read = read.subarray(2 + read[1]!);
    }
    while (waiting.length > 0 && texts.length > 0) waiting.shift()!(texts.shift()!);
  };
  socket.on('data', (part: Buffer) => {
    read = Buffer.concat([read, part]);
    take();
  });
  socket.on('error', () => {});
  return {
    send(text) {
      const mask = randomBytes(4);
      const bytes = Buffer.from(text).map((byte, index) => byte ^ mask[index % 4]!);
      socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | bytes.length]), mask, bytes]));
    },
    next: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        take();
      }),
    close: () => socket.destroy(),
  };
}
