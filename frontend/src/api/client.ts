// SPDX-License-Identifier: MIT
// The typed HTTP client: same-origin cookies, deadline, one renewal of the session at a time, problems as errors.
import createClient from 'openapi-fetch';
import { Problem, problemFromAnswer, problemWithoutAnswer } from '~/api/problem';
import type { paths } from '~/api/schema';
import { accessExpiresSoon, accessExpiry, sessionEnded, sessionStarted, sessionState } from '~/api/session';
import { turn } from '~/lib/turn';

const DEADLINE_MS = 15_000;
const REFRESH_PATH = '/api/v1/auth/refresh';
const DEFAULT_LIFETIME_SECONDS = 3600;

let renewing: Promise<boolean> | null = null;

async function exclusively<T>(work: () => Promise<T>): Promise<T> {
  return navigator.locks ? await navigator.locks.request('cnop-session', work) : await work();
}

async function renewNow(expiryBefore: string | null): Promise<boolean> {
  // Another tab may have renewed while this one waited for the lock; cookies are shared between tabs.
  if (accessExpiry() !== null && accessExpiry() !== expiryBefore) return true;
  const response = await fetch(REFRESH_PATH, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Session-Mode': 'cookie' },
    body: '{}',
    credentials: 'same-origin',
    signal: AbortSignal.timeout(DEADLINE_MS),
  });
  if (!response.ok) {
    if (response.status === 401 || response.status === 403) sessionEnded();
    return false;
  }
  const body: unknown = await response.json();
  const lifetime = (body as { expires_in?: unknown }).expires_in;
  sessionStarted(typeof lifetime === 'number' ? lifetime : DEFAULT_LIFETIME_SECONDS);
  return true;
}

/** All callers share one renewal, in this tab and in others. False when the session cannot be renewed. */
export function renewSession(): Promise<boolean> {
  const before = accessExpiry();
  renewing ??= exclusively(() => renewNow(before))
    .catch(() => false)
    .finally(() => {
      renewing = null;
    });
  return renewing;
}

const withoutSession = /\/auth\/(login|register|refresh)$/;
const openToAll = /^\/api\/v1\/inventory\/|^\/version$/;

/** Without a session the answer is known; asking for it would only fill logs. */
function refusal(path: string): Response | null {
  if (sessionState() === 'active' || withoutSession.test(path) || openToAll.test(path)) return null;
  return Response.json({ code: 'AUTH_001', detail: '' }, { status: 401 });
}

async function send(request: Request): Promise<Response> {
  const path = new URL(request.url).pathname;
  const refused = refusal(path);
  if (refused) return refused;
  const withSession = !withoutSession.test(path);
  if (withSession && accessExpiresSoon()) await renewSession();
  const spare = request.clone();
  const response = await fetch(request);
  if (response.status !== 401 || !withSession) return response;
  return (await renewSession()) ? await fetch(spare) : response;
}

const client = createClient<paths>({
  baseUrl: typeof window === 'undefined' ? 'http://localhost' : window.location.origin,
  credentials: 'same-origin',
  headers: { Accept: 'application/json, application/problem+json' },
  fetch: (request) => send(new Request(request, { signal: deadline(request) })),
});

function deadline(request: Request): AbortSignal {
  return AbortSignal.any([request.signal, AbortSignal.timeout(DEADLINE_MS)]);
}

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The body of a successful answer; everything else is thrown as a Problem. */
export async function unwrap<T>(pending: Promise<Answer<T>>): Promise<NonNullable<T>> {
  return (await unwrapAnswer(pending)).data;
}

/** As unwrap, with the response for callers that read its headers. */
export async function unwrapAnswer<T>(
  pending: Promise<Answer<T>>,
): Promise<{ data: NonNullable<T>; response: Response }> {
  const answer = await pending.catch((cause: unknown) => {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw cause instanceof Problem ? cause : problemWithoutAnswer(cause);
  });
  if (answer.data === undefined || answer.data === null)
    throw problemFromAnswer(answer.response, answer.error);
  return { data: answer.data, response: answer.response };
}

export const { POST, PUT, PATCH, DELETE } = client;

type Ask = (...question: unknown[]) => Promise<unknown>;

/** A page begins with many questions at once; each is sent from a task of its own, so that none holds the page. */
export const GET = ((...question) =>
  turn().then(() => (client.GET as Ask)(...question))) as Ask as typeof client.GET;
