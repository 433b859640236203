// SPDX-License-Identifier: MIT
// What the forms check before sending; the same limits as in the API description. The server has the last word.
import * as z from 'zod/mini';
import { auth } from '~/text/auth';
import { newPassword, personShape } from '~/ui/person-rules';

const rules = auth.rules;

export const loginRules = z.object({
  username: z.string().check(z.trim(), z.minLength(1, rules.required)),
  password: z.string().check(z.minLength(1, rules.required)),
});

export const registerRules = z.object({
  ...personShape,
  username: z.string().check(z.trim(), z.regex(/^[A-Za-z0-9_]{6,30}$/, rules.username)),
  password: newPassword(),
});

export type LoginInput = z.infer<typeof loginRules>;
export type RegisterInput = z.infer<typeof registerRules>;

/** In the order of the page. */
export const registerFields = [
  'first_name',
  'last_name',
  'email',
  'username',
  'password',
  'phone',
  'date_of_birth',
] as const;
