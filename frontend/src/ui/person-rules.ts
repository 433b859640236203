// SPDX-License-Identifier: MIT
// What forms about a person check before sending; the same limits as in the API description.
import * as z from 'zod/mini';
import { auth } from '~/text/auth';

const rules = auth.rules;
const MIN_AGE = 13;
const MAX_AGE = 120;

function ageInYears(date: string): number {
  const years = (Date.now() - new Date(date).getTime()) / (365.25 * 24 * 3600 * 1000);
  return Number.isFinite(years) ? years : -1;
}

function plausible(date: string): boolean {
  const age = ageInYears(date);
  return date === '' || (age >= MIN_AGE && age <= MAX_AGE);
}

const name = () =>
  z.string().check(z.trim(), z.minLength(1, rules.required), z.maxLength(50, rules.nameLength));

export const personShape = {
  first_name: name(),
  last_name: name(),
  email: z.string().check(z.trim(), z.regex(/^[^\s@]+@[^\s@]+\.[A-Za-z]{2,}$/, rules.email)),
  phone: z
    .string()
    .check(z.refine((text) => text === '' || /^\d{10,15}$/.test(text.replaceAll(/\D/g, '')), rules.phone)),
  date_of_birth: z.string().check(z.refine(plausible, rules.birth)),
  marketing_emails_consent: z.boolean(),
};

export const newPassword = () =>
  z.string().check(z.minLength(12, rules.passwordLength), z.maxLength(128, rules.passwordLength));

export const personFields = ['first_name', 'last_name', 'email', 'phone', 'date_of_birth'] as const;
export type PersonField = (typeof personFields)[number];
