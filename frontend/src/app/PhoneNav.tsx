// SPDX-License-Identifier: MIT
import { NavLink } from 'react-router';
import { sections } from '~/app/nav';
import { common } from '~/text/common';

/** The bar at the bottom of narrow screens. */
export function PhoneNav() {
  return (
    <nav
      aria-label={common.nav.phone}
      className="fixed inset-x-0 bottom-0 z-30 border-line border-t bg-surface pb-[env(safe-area-inset-bottom)] lg:hidden"
    >
      <ul className="mx-auto grid max-w-xl grid-cols-5">
        {sections
          .filter(({ phone }) => phone)
          .map(({ to, label, Icon }) => (
            <li key={to}>
              <NavLink
                to={to}
                className="flex min-h-14 flex-col items-center justify-center gap-0.5 font-medium text-[0.6875rem] text-muted aria-[current=page]:text-primary"
              >
                <Icon size={22} aria-hidden="true" />
                {label}
              </NavLink>
            </li>
          ))}
      </ul>
    </nav>
  );
}
