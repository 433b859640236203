// SPDX-License-Identifier: MIT
// A proxy that passes everything on but cuts the connection instead of giving back chosen answers: the work is done,
// and nobody hears of it.
import { request as ask, createServer, type IncomingMessage } from 'node:http';
import { base } from './browser.ts';

export interface LossyProxy {
  origin: string;
  /** How many of the next answers to a POST on this path are lost. */
  lose(path: string, count: number): void;
  /** Requests that arrived on this path, with the lost ones. */
  seen(path: string): number;
  close(): void;
}

export async function startLossyProxy(): Promise<LossyProxy> {
  const target = new URL(base);
  const losses = new Map<string, number>();
  const counts = new Map<string, number>();

  function isLost(request: IncomingMessage): boolean {
    if (request.method !== 'POST') return false;
    const path = request.url ?? '';
    counts.set(path, (counts.get(path) ?? 0) + 1);
    const left = losses.get(path) ?? 0;
    if (left > 0) losses.set(path, left - 1);
    return left > 0;
  }

  const server = createServer((request, response) => {
    const lost = isLost(request);
    const { method, url, headers } = request;
    const onward = ask({ host: target.hostname, port: target.port, method, path: url, headers }, (answer) => {
      if (lost) {
        answer.resume().on('end', () => request.socket.destroy());
        return;
      }
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => request.socket.destroy());
    request.pipe(onward);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return {
    origin: `http://localhost:${address.port}`,
    lose: (path, count) => losses.set(path, count),
    seen: (path) => counts.get(path) ?? 0,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
