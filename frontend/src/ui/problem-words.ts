// SPDX-License-Identifier: MIT
// What a failed request says to a person.
import { isProblem, type Problem } from '~/api/problem';
import { problemsByCode, problemsByStatus } from '~/text/problems';

interface Words {
  title: string;
  help: string;
}

function keyOf(problem: Problem): string {
  if (problem.status !== 0) return String(problem.status);
  if (!navigator.onLine) return 'offline';
  return problem.code === 'TIMEOUT' ? 'timeout' : 'network';
}

export function wordsFor(error: unknown): Words {
  const other = problemsByStatus.other ?? ['', ''];
  const found = isProblem(error) ? (problemsByCode[error.code] ?? problemsByStatus[keyOf(error)]) : null;
  const [title, help] = found ?? other;
  return { title, help };
}
