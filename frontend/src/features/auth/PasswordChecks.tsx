// SPDX-License-Identifier: MIT
import { IconCircle, IconCircleCheckFilled } from '@tabler/icons-react';
import { auth } from '~/text/auth';

function Check({ met, text }: { met: boolean; text: string }) {
  const Icon = met ? IconCircleCheckFilled : IconCircle;
  return (
    <li className={`flex items-center gap-2 ${met ? 'text-up' : ''}`}>
      <Icon size={16} aria-hidden="true" />
      {text} <span className="sr-only">({met ? auth.checks.met : auth.checks.open})</span>
    </li>
  );
}

/** The password rules, ticked off while typing. */
export function PasswordChecks({ password, username }: { password: string; username: string }) {
  const long = password.length >= 12 && password.length <= 128;
  const free =
    password !== '' && (username.length < 3 || !password.toLowerCase().includes(username.toLowerCase()));
  return (
    <>
      <p>{auth.fields.passwordHint}</p>
      <ul className="mt-1.5 flex flex-col gap-1">
        <Check met={long} text={auth.checks.length} />
        <Check met={free} text={auth.checks.notName} />
      </ul>
    </>
  );
}
