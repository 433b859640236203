// SPDX-License-Identifier: MIT
import { auth } from '~/text/auth';

/** Why the server refused a new password; null when the code is about something else. */
export function passwordFault(code: string): string | null {
  switch (code) {
    case 'password_common':
      return auth.rules.passwordCommon;
    case 'password_unchanged':
      return auth.rules.passwordSame;
    case 'password_policy':
      return `${auth.rules.passwordLength} ${auth.rules.passwordName}`;
    default:
      return null;
  }
}
