// SPDX-License-Identifier: MIT
// Where a code of the error catalogue is explained. Loaded only when something has failed.
import type { Problem } from '~/api/problem';
import { findApiError } from '~/lib/api-errors';
import { common } from '~/text/common';

export default function ProblemMeaning({ problem }: { problem: Problem }) {
  if (!findApiError(problem.code, problem.status)) return null;
  return (
    <a className="link text-sm" href={`/docs/errors#${problem.code}`}>
      {common.aboutError}
    </a>
  );
}
