// SPDX-License-Identifier: MIT
// Carries the server's field errors into a form.
import type { FieldValues, Path, UseFormReturn, UseFormSetFocus } from 'react-hook-form';
import { isProblem } from '~/api/problem';
import { auth } from '~/text/auth';
import { common } from '~/text/common';

/** The rule of each field in our own words; the server names the field. */
const rules: Record<string, string> = {
  username: auth.rules.username,
  password: auth.rules.passwordLength,
  email: auth.rules.email,
  first_name: auth.rules.name,
  last_name: auth.rules.name,
  phone: auth.rules.phone,
  date_of_birth: auth.rules.birth,
};

/** Leads to the first of the faulty fields, given in the order of the page, once it is open to be focused. */
export function leadToFirst<T extends FieldValues>(
  names: readonly Path<T>[],
  setFocus: UseFormSetFocus<T>,
): void {
  const [first] = names;
  if (first) setTimeout(() => setFocus(first));
}

/** True when at least one of the server's complaints found its field. `fields` are in the order of the page. */
export function showFaults<T extends FieldValues>(
  error: unknown,
  fields: readonly Path<T>[],
  { setError, setFocus }: Pick<UseFormReturn<T>, 'setError' | 'setFocus'>,
): boolean {
  if (!isProblem(error)) return false;
  const faulty = fields.filter((known) => error.faults.some(({ field }) => field === known));
  for (const field of faulty) {
    setError(field, { type: 'server', message: rules[field] ?? common.refusedValue });
  }
  leadToFirst(faulty, setFocus);
  return faulty.length > 0;
}
