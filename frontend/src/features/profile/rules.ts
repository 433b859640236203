// SPDX-License-Identifier: MIT
// What the profile forms check before sending. The server has the last word.
import * as z from 'zod/mini';
import type { Profile, ProfileChange } from '~/api/types';
import { auth } from '~/text/auth';

const rules = auth.rules;
const name = () =>
  z.string().check(z.trim(), z.minLength(1, rules.required), z.maxLength(50, rules.nameLength));

export const detailRules = z.object({
  first_name: name(),
  last_name: name(),
  email: z.string().check(z.trim(), z.regex(/^[^\s@]+@[^\s@]+\.[A-Za-z]{2,}$/, rules.email)),
  phone: z
    .string()
    .check(z.refine((text) => text === '' || /^\d{10,15}$/.test(text.replaceAll(/\D/g, '')), rules.phone)),
  date_of_birth: z.string(),
  marketing_emails_consent: z.boolean(),
});

export const passwordRules = z.object({
  current: z.string().check(z.minLength(1, rules.required)),
  next: z.string().check(z.minLength(12, rules.passwordLength), z.maxLength(128, rules.passwordLength)),
});

export type DetailInput = z.infer<typeof detailRules>;
export type PasswordInput = z.infer<typeof passwordRules>;

export const detailFields = ['first_name', 'last_name', 'email', 'phone', 'date_of_birth'] as const;

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
