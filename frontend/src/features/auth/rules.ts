// SPDX-License-Identifier: MIT
// What the forms check before sending; the same limits as in the API description. The server has the last word.
import * as z from 'zod/mini';
import { auth } from '~/text/auth';

const rules = auth.rules;
const MIN_AGE = 13;
const MAX_AGE = 120;

function ageInYears(date: string): number {
  const years = (Date.now() - new Date(date).getTime()) / (365.25 * 24 * 3600 * 1000);
  return Number.isFinite(years) ? years : -1;
}

const filled = () => z.string().check(z.trim(), z.minLength(1, rules.required));
const name = () => filled().check(z.maxLength(50, rules.nameLength));

export const loginRules = z.object({
  username: filled(),
  password: z.string().check(z.minLength(1, rules.required)),
});

export const registerRules = z.object({
  username: z.string().check(z.trim(), z.regex(/^[A-Za-z0-9_]{6,30}$/, rules.username)),
  email: z.string().check(z.trim(), z.regex(/^[^\s@]+@[^\s@]+\.[A-Za-z]{2,}$/, rules.email)),
  password: z.string().check(z.minLength(12, rules.passwordLength), z.maxLength(128, rules.passwordLength)),
  first_name: name(),
  last_name: name(),
  phone: z
    .string()
    .check(z.refine((text) => text === '' || /^\d{10,15}$/.test(text.replaceAll(/\D/g, '')), rules.phone)),
  date_of_birth: z.string().check(
    z.refine((text) => {
      if (text === '') return true;
      const age = ageInYears(text);
      return age >= MIN_AGE && age <= MAX_AGE;
    }, rules.birth),
  ),
  marketing_emails_consent: z.boolean(),
});

export type LoginInput = z.infer<typeof loginRules>;
export type RegisterInput = z.infer<typeof registerRules>;

export const registerFields = [
  'username',
  'email',
  'password',
  'first_name',
  'last_name',
  'phone',
  'date_of_birth',
] as const satisfies readonly (keyof RegisterInput)[];
