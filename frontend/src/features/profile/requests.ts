// SPDX-License-Identifier: MIT
// What the profile reads and changes.
import { queryOptions } from '@tanstack/react-query';
import { DELETE, GET, POST, PUT, unwrap } from '~/api/client';
import { roots } from '~/api/keys';
import type { ProfileChange } from '~/api/types';

export const profileKey = [...roots.person, 'profile'] as const;
export const sessionsKey = [...roots.person, 'sessions'] as const;

export const profileQuery = () =>
  queryOptions({
    queryKey: profileKey,
    queryFn: ({ signal }) => unwrap(GET('/api/v1/auth/profile', { signal })),
  });

export const sessionsQuery = () =>
  queryOptions({
    queryKey: sessionsKey,
    queryFn: async ({ signal }) => (await unwrap(GET('/api/v1/auth/sessions', { signal }))).data,
  });

export async function updateProfile(change: ProfileChange) {
  return (await unwrap(PUT('/api/v1/auth/profile', { body: change }))).user;
}

export async function changePassword(current: string, next: string): Promise<void> {
  await unwrap(POST('/api/v1/auth/password', { body: { current_password: current, new_password: next } }));
}

export async function endSession(sessionId: string): Promise<void> {
  await unwrap(
    DELETE('/api/v1/auth/sessions/{session_id}', {
      params: { path: { session_id: sessionId } },
      // The gateway takes changes with a cookie only as JSON requests of our own pages.
      headers: { 'Content-Type': 'application/json' },
    }),
  );
}
