// SPDX-License-Identifier: MIT
// What the error catalogue says about a code. Loaded only when something has failed.
import type { Problem } from '~/api/problem';
import { findApiError } from '~/lib/api-errors';
import { common } from '~/text/common';

export default function ProblemMeaning({ problem }: { problem: Problem }) {
  const known = findApiError(problem.code, problem.status);
  if (!known) return null;
  return (
    <p className="text-muted text-sm">
      {known.meaning === problem.message ? null : `${known.meaning} `}
      <a className="link" href={`/docs/errors#${problem.code}`}>
        {common.aboutError(problem.code)}
      </a>
    </p>
  );
}
