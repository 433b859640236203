// SPDX-License-Identifier: MIT
// What the profile forms check before sending. The server has the last word.
import * as z from 'zod/mini';
import type { Profile, ProfileChange } from '~/api/types';
import { auth } from '~/text/auth';
import { newPassword, personShape } from '~/ui/person-rules';

export const detailRules = z.object(personShape);

export const passwordRules = z.object({
  current: z.string().check(z.minLength(1, auth.rules.required)),
  next: newPassword(),
});

export type DetailInput = z.infer<typeof detailRules>;
export type PasswordInput = z.infer<typeof passwordRules>;

export function detailsOf(profile: Profile): DetailInput {
  return {
    first_name: profile.first_name,
    last_name: profile.last_name,
    email: profile.email,
    phone: profile.phone ?? '',
    date_of_birth: profile.date_of_birth ?? '',
    marketing_emails_consent: profile.marketing_emails_consent,
  };
}

/** Only the fields that differ; an emptied optional field becomes null. */
export function changeOf(before: DetailInput, after: DetailInput): ProfileChange | null {
  const change: ProfileChange = {};
  for (const key of ['first_name', 'last_name', 'email'] as const) {
    if (after[key] !== before[key]) change[key] = after[key];
  }
  for (const key of ['phone', 'date_of_birth'] as const) {
    if (after[key] !== before[key]) change[key] = after[key] || null;
  }
  if (after.marketing_emails_consent !== before.marketing_emails_consent) {
    change.marketing_emails_consent = after.marketing_emails_consent;
  }
  return Object.keys(change).length > 0 ? change : null;
}
