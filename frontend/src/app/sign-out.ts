// SPDX-License-Identifier: MIT
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from 'react-router';
import { logout } from '~/api/identity';
import { isProblem } from '~/api/problem';
import { forgetPerson } from '~/api/query-client';
import { signedOut } from '~/api/session';
import { paths } from '~/app/paths';
import { wordsFor } from '~/ui/problem-words';
import { notifyFailed } from '~/ui/toast';

/** Ends the session on the server, then forgets everything of it here and in other tabs. */
export function useSignOut() {
  const cache = useQueryClient();
  const navigate = useNavigate();

  async function endSession() {
    // Leave the private pages first and at once, so that nothing asks for their data, or sends the person to sign
    // in, once the session is gone.
    await navigate(paths.landing, { flushSync: true });
    await cache.cancelQueries();
    await logout().catch((error: unknown) => {
      // A session the server no longer knows is a session that has ended.
      if (!isProblem(error) || error.status !== 401) throw error;
    });
  }

  const mutation = useMutation({
    mutationFn: endSession,
    onSuccess: () => {
      signedOut();
      forgetPerson(cache);
    },
    onError: (error) => notifyFailed({ title: wordsFor(error).title, text: wordsFor(error).help }),
  });
  return { signOut: () => mutation.mutate(), isPending: mutation.isPending };
}
