import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Has a server listen, and gives its URL. @throws when the port is taken */
export async function listening(server: Server, port: number, host: string): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const { address, port: given } = server.address() as AddressInfo;
  return `http://${address === '127.0.0.1' || address === '::1' ? 'localhost' : address}:${given}`;
}
