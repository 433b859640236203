// SPDX-License-Identifier: MIT
// Serves the built interface with its policy, as nginx does, and answers the API from the mock bank.
// For work on the pages without a running installation; the suite itself is meant for the real one.
// usage: node mock-server.ts <build folder> <port>
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { getResponse } from 'msw';
import { Bank } from '../../../frontend/test/mock/bank.ts';
import { handlersFor } from '../../../frontend/test/mock/handlers.ts';

const [build, portText] = process.argv.slice(2);
if (!build || !portText) throw new Error('usage: mock-server.ts <build folder> <port>');
const site = join(build, 'site');
const origin = `http://127.0.0.1:${portText}`;
const policy = () => /"(.+)"/.exec(readFileSync(join(build, 'csp.conf'), 'utf8'))?.[1] ?? '';
const dynamicPage = /^\/(market|orders|portfolio)\/[^/]+$|^\/(auth|inventory)$/;

const users = new Bank().users;
const banks = new Map<string, ReturnType<typeof openBank>>();

function openBank() {
  const bank = new Bank();
  bank.users = users;
  return { bank, handlers: handlersFor(bank, origin) };
}

/** One bank per person; visitors share one. */
function bankOf(username: string) {
  const known = banks.get(username) ?? openBank();
  banks.set(username, known);
  return known;
}

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain',
  '.webmanifest': 'application/manifest+json',
};

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}

async function answerApi(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const text = await bodyOf(request);
  const username = /cnop_at=(\w+)/.exec(request.headers.cookie ?? '')?.[1] ?? null;
  const { bank, handlers } = bankOf(username ?? '');
  bank.signedIn = username;
  const answer = await getResponse(
    handlers,
    new Request(origin + request.url, {
      method: request.method,
      headers: request.headers as Record<string, string>,
      body: text || null,
    }),
  );
  response.statusCode = answer?.status ?? 404;
  for (const [name, value] of answer?.headers ?? []) response.setHeader(name, value);
  if (answer?.ok && request.url?.endsWith('/auth/login')) {
    response.setHeader('Set-Cookie', `cnop_at=${bank.signedIn}; HttpOnly; Path=/`);
  }
  if (answer?.ok && /\/auth\/(logout|password)$/.test(request.url ?? '')) {
    response.setHeader('Set-Cookie', 'cnop_at=; Max-Age=0; Path=/');
  }
  response.end(answer ? Buffer.from(await answer.arrayBuffer()) : '');
}

function fileFor(path: string): { file: string; status: number } {
  const wanted = join(site, normalize(path));
  if (existsSync(wanted) && statSync(wanted).isFile()) return { file: wanted, status: 200 };
  if (existsSync(join(wanted, 'index.html'))) return { file: join(wanted, 'index.html'), status: 200 };
  return { file: join(site, '__spa-fallback.html'), status: dynamicPage.test(path) ? 200 : 404 };
}

function answerFile(path: string, gzip: boolean, response: ServerResponse): void {
  const { file, status } = fileFor(path);
  response.statusCode = status;
  response.setHeader('Content-Type', types[extname(file)] ?? 'application/octet-stream');
  response.setHeader('Content-Security-Policy', policy());
  response.setHeader(
    'Cache-Control',
    path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
  );
  const packed = gzip && existsSync(`${file}.gz`);
  if (packed) response.setHeader('Content-Encoding', 'gzip');
  createReadStream(packed ? `${file}.gz` : file).pipe(response);
}

createServer((request, response) => {
  const path = decodeURIComponent(new URL(request.url ?? '/', origin).pathname);
  if (path.startsWith('/api/') || path === '/version' || path === '/health') {
    answerApi(request, response).catch((error) => response.destroy(error));
  } else {
    answerFile(path, /gzip/.test(String(request.headers['accept-encoding'])), response);
  }
}).listen(Number(portText), '127.0.0.1');
