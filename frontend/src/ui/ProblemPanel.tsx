// SPDX-License-Identifier: MIT
// A failed request on the page: what happened, what to do, the request id, and a way to try again.
import { IconAlertTriangle } from '@tabler/icons-react';
import { lazy, Suspense } from 'react';
import { isProblem, type Problem } from '~/api/problem';
import { useNow } from '~/lib/now';
import { common } from '~/text/common';
import { Button } from '~/ui/Button';
import { CopyText } from '~/ui/CopyText';
import { wordsFor } from '~/ui/problem-words';

// Without a network the explanation is simply left out.
const ProblemMeaning = lazy(() => import('~/ui/ProblemMeaning').catch(() => ({ default: () => null })));

function secondsLeft(problem: Problem, now: number): number {
  if (problem.retryAfterSeconds === null || now === 0) return 0;
  return Math.max(0, Math.ceil((problem.atMs + problem.retryAfterSeconds * 1000 - now) / 1000));
}

export function ProblemPanel({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const now = useNow();
  const { title, help } = wordsFor(error);
  const wait = isProblem(error) ? secondsLeft(error, now) : 0;
  const requestId = isProblem(error) ? error.requestId : null;
  return (
    <div role="alert" className="flex flex-col items-start gap-3 p-5">
      <p className="flex items-center gap-2 font-semibold">
        <IconAlertTriangle size={20} className="shrink-0 text-down" aria-hidden="true" />
        {title}
      </p>
      <p className="max-w-prose text-muted">
        {help} {wait > 0 ? common.waitSeconds(wait) : null}
      </p>
      {isProblem(error) && error.status > 0 ? (
        <Suspense>
          <ProblemMeaning problem={error} />
        </Suspense>
      ) : null}
      {requestId ? (
        <p className="flex max-w-full flex-wrap items-center gap-2 text-sm text-muted">
          {common.requestId} <code className="break-all">{requestId}</code> <CopyText text={requestId} />
        </p>
      ) : null}
      {onRetry ? (
        <Button small disabled={wait > 0} onClick={onRetry}>
          {common.retry}
        </Button>
      ) : null}
    </div>
  );
}
