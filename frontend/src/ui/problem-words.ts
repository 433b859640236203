// SPDX-License-Identifier: MIT
// What a failed request says to a person.
import { isProblem, type Problem } from '~/api/problem';
import { common } from '~/text/common';

interface Words {
  title: string;
  help: string;
}

/** Our own words for what the person can do; the server's sentence where it knows more than we do. */
export function wordsFor(error: unknown): Words {
  const [title, help] = isProblem(error) ? pick(error) : (common.problems.other ?? ['', '']);
  const detail = isProblem(error) && error.status >= 400 && error.status < 500 && error.status !== 401;
  return { title: title ?? '', help: detail && error.message ? error.message : (help ?? '') };
}

function pick(problem: Problem): readonly [string, string] {
  const key =
    problem.status === 0 ? (problem.code === 'TIMEOUT' ? 'timeout' : 'network') : String(problem.status);
  return common.problems[key] ?? common.problems.other ?? ['', ''];
}
