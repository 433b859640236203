// SPDX-License-Identifier: MIT
import { Link } from 'react-router';
import { paths } from '~/app/paths';
import { common } from '~/text/common';

/** The mark is a ledger: debit and credit bars that balance on one line. */
export function Mark({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" className="fill-primary" />
      <path d="M7 16h18" className="stroke-on-primary" strokeWidth="2" strokeLinecap="round" />
      <path
        d="M11 12.5V8M16 12.5V5.5M21 12.5v-3M11 24v-4.5M16 26.5v-7M21 22.5v-3"
        className="stroke-on-primary"
        strokeWidth="3"
        strokeLinecap="round"
      />
    </svg>
  );
}

export function Brand({ to }: { to: string }) {
  return (
    <Link
      to={to}
      className="flex min-h-11 items-center gap-2.5 font-bold text-lg tracking-tight"
      aria-label={to === paths.landing ? common.nav.home : `${common.product}, ${common.nav.dashboard}`}
    >
      <Mark />
      {common.product}
    </Link>
  );
}
