// SPDX-License-Identifier: MIT
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import type { Session } from '~/api/types';
import { endSession, sessionsKey, sessionsQuery } from '~/features/profile/requests';
import { profile } from '~/text/profile';
import { Button } from '~/ui/Button';
import { Card } from '~/ui/Card';
import { ProblemPanel } from '~/ui/ProblemPanel';
import { wordsFor } from '~/ui/problem-words';
import { SkeletonRows } from '~/ui/Skeleton';
import { Ago, Time } from '~/ui/Time';
import { notifyDone, notifyFailed } from '~/ui/toast';

const words = profile.sessions;

const browsers: readonly [RegExp, string][] = [
  [/Edg\//, 'Edge'],
  [/Firefox\//, 'Firefox'],
  [/Chrom(e|ium)\//, 'Chrome'],
  [/Safari\//, 'Safari'],
];

/** "Chrome" for a browser, the first word for tools such as curl. */
function clientName(userAgent: string | null): string {
  if (!userAgent) return words.unknownClient;
  return (
    browsers.find(([pattern]) => pattern.test(userAgent))?.[1] ?? userAgent.split(/[\s/]/)[0] ?? userAgent
  );
}

function Row({ session, onEnded }: { session: Session; onEnded: () => void }) {
  const cache = useQueryClient();
  const end = useMutation({
    mutationFn: () => endSession(session.session_id),
    onSuccess: async () => {
      notifyDone({ title: words.ended });
      onEnded();
      await cache.invalidateQueries({ queryKey: sessionsKey });
    },
    onError: (error) => notifyFailed({ title: wordsFor(error).title, text: wordsFor(error).help }),
  });
  const name = clientName(session.user_agent);
  return (
    <li className="flex flex-wrap items-center justify-between gap-3 px-4 py-3">
      <div className="min-w-0">
        <p className="flex flex-wrap items-center gap-2 font-medium">
          {name} <span className="num font-normal text-muted">{session.ip}</span>
          {session.current ? <span className="chip bg-up-tint text-up">{words.current}</span> : null}
        </p>
        <p className="text-muted text-sm">
          {words.lastUsed} <Ago at={session.last_used_at} />, {words.started.toLowerCase()}{' '}
          <Time at={session.created_at} />
        </p>
      </div>
      {session.current ? null : (
        <Button
          small
          look="danger"
          busy={end.isPending}
          aria-label={words.endLabel(`${name}, ${session.ip}`)}
          onClick={() => end.mutate()}
        >
          {words.end}
        </Button>
      )}
    </li>
  );
}

export function SessionsCard() {
  const sessions = useQuery(sessionsQuery());
  const list = useRef<HTMLUListElement>(null);

  /** The button that was pressed goes with its row: the list takes the focus. */
  function keepFocus() {
    if (list.current?.contains(document.activeElement)) list.current.focus();
  }

  return (
    <Card title={words.title}>
      <p className="px-4 pt-4 text-muted">{words.text}</p>
      <div className="min-h-20 pt-2">
        {sessions.data ? (
          <ul ref={list} tabIndex={-1} className="divide-y divide-line outline-none" aria-label={words.title}>
            {sessions.data.map((session) => (
              <Row key={session.session_id} session={session} onEnded={keepFocus} />
            ))}
          </ul>
        ) : sessions.error ? (
          <ProblemPanel error={sessions.error} onRetry={() => sessions.refetch()} />
        ) : (
          <SkeletonRows rows={2} className="h-16" />
        )}
      </div>
    </Card>
  );
}
