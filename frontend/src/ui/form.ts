// SPDX-License-Identifier: MIT
// Carries the server's field errors into a form.
import type { FieldValues, Path, UseFormSetError } from 'react-hook-form';
import { isProblem } from '~/api/problem';

/** True when at least one of the server's complaints found its field. */
export function showFaults<T extends FieldValues>(
  error: unknown,
  fields: readonly Path<T>[],
  setError: UseFormSetError<T>,
): boolean {
  if (!isProblem(error)) return false;
  let shown = false;
  for (const fault of error.faults) {
    const field = fields.find((known) => known === fault.field);
    if (!field) continue;
    setError(field, { type: 'server', message: sentence(fault.message) }, { shouldFocus: !shown });
    shown = true;
  }
  return shown;
}

function sentence(text: string): string {
  const upper = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(upper) ? upper : `${upper}.`;
}
