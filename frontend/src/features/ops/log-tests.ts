// SPDX-License-Identifier: MIT
// What the service is asked: tests of a line that all must hold.

export type LogOp = 'is' | 'contains' | 'starts' | 'ends' | 'below' | 'at_most' | 'above' | 'at_least';

/** Without a field: the line as it is written. Any of the values may fit; with `not` none may. */
export interface LogTest {
  field?: string;
  op: LogOp;
  values: string[];
  not?: boolean;
}

export const LOG_TESTS_MAX = 16;
export const LOG_VALUES_MAX = 16;
export const LOG_VALUE_BYTES = 256;
export const LOG_MATCH_BYTES = 2048;

const encoder = new TextEncoder();

export function bytesOf(text: string): number {
  return encoder.encode(text).length;
}

/** As the parameter `match`; undefined when there is nothing to test. */
export function matchOf(tests: readonly LogTest[]): string | undefined {
  return tests.length > 0 ? JSON.stringify(tests) : undefined;
}
