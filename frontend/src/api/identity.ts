// SPDX-License-Identifier: MIT
// Who is signed in: signing in and out, opening an account.
import { queryOptions } from '@tanstack/react-query';
import { GET, POST, unwrap } from '~/api/client';
import { roots } from '~/api/keys';
import { sessionStarted } from '~/api/session';
import type { Registration } from '~/api/types';

export const meKey = [...roots.person, 'me'] as const;

export const meQuery = () =>
  queryOptions({
    queryKey: meKey,
    queryFn: ({ signal }) => unwrap(GET('/api/v1/auth/me', { signal })),
    staleTime: 60_000,
  });

export interface Credentials {
  username: string;
  password: string;
}

export async function login(credentials: Credentials): Promise<void> {
  const reply = await unwrap(
    POST('/api/v1/auth/login', {
      params: { header: { 'X-Session-Mode': 'cookie' } },
      body: credentials,
    }),
  );
  sessionStarted(reply.expires_in);
}

export async function register(registration: Registration): Promise<void> {
  await unwrap(POST('/api/v1/auth/register', { body: registration }));
}

export async function logout(): Promise<void> {
  // Reaches the server even when the page is closed at once.
  await unwrap(POST('/api/v1/auth/logout', { body: {}, keepalive: true }));
}
