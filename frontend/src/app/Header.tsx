// SPDX-License-Identifier: MIT
// The bar at the top: brand, sections, search, display settings, the person's menu.
import { IconContrast, IconEye, IconEyeOff, IconSearch, IconUserCircle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { lazy } from 'react';
import { Link, NavLink } from 'react-router';
import { meQuery } from '~/api/identity';
import { Brand } from '~/app/Brand';
import { LiveChip } from '~/app/LiveChip';
import { MenuOnDemand } from '~/app/MenuOnDemand';
import { sections } from '~/app/nav';
import { paths } from '~/app/paths';
import { setPreferences, usePreferences } from '~/lib/preferences';
import { common } from '~/text/common';
import { display } from '~/text/display';

const tab =
  '-mb-px flex h-15 items-center border-b-2 border-transparent px-2.5 text-[0.9375rem] font-medium text-muted ' +
  'hover:text-ink aria-[current=page]:border-primary aria-[current=page]:text-ink';

const loadDisplay = () => import('~/app/DisplayMenu');
const loadPerson = () => import('~/app/UserMenu');
const DisplayMenu = lazy(loadDisplay);
const UserMenu = lazy(loadPerson);

function Display() {
  return (
    <MenuOnDemand label={display.menu} className="btn btn-icon" Menu={DisplayMenu} prepare={loadDisplay}>
      <IconContrast size={20} aria-hidden="true" />
    </MenuOnDemand>
  );
}

function Person() {
  const me = useQuery(meQuery());
  const name = me.data?.username ?? '';
  return (
    <MenuOnDemand
      label={common.nav.userMenu(name)}
      className="btn btn-quiet px-2"
      Menu={UserMenu}
      prepare={loadPerson}
    >
      <IconUserCircle size={22} aria-hidden="true" />
      <span className="hidden w-26 truncate text-start xl:inline-block">{name}</span>
    </MenuOnDemand>
  );
}

function SectionLinks() {
  return (
    <nav aria-label={common.nav.main} className="hidden items-center lg:flex">
      {sections.map(({ to, label }) => (
        <NavLink key={to} to={to} className={tab}>
          {label}
        </NavLink>
      ))}
    </nav>
  );
}

function HideAmounts() {
  const { hideAmounts } = usePreferences();
  const Icon = hideAmounts ? IconEyeOff : IconEye;
  return (
    <button
      type="button"
      className="btn btn-icon"
      aria-pressed={hideAmounts}
      aria-label={common.amounts.hide}
      title={hideAmounts ? common.amounts.show : common.amounts.hide}
      onClick={() => setPreferences({ hideAmounts: !hideAmounts })}
    >
      <Icon size={20} aria-hidden="true" />
    </button>
  );
}

function VisitorLinks() {
  return (
    <nav aria-label={common.nav.main} className="flex items-center gap-1 sm:gap-2">
      <NavLink to={paths.market} className={`${tab} hidden sm:flex`}>
        {common.nav.market}
      </NavLink>
      <Link to={paths.login} className="btn btn-quiet px-2.5">
        {common.nav.login}
      </Link>
      <Link to={paths.register} className="btn btn-primary hidden sm:inline-flex">
        {common.nav.register}
      </Link>
    </nav>
  );
}

export function Header({ signedIn, onSearch }: { signedIn: boolean; onSearch: () => void }) {
  return (
    <header className="sticky top-0 z-30 border-line border-b bg-surface">
      <div className="mx-auto flex h-15 max-w-[90rem] items-center justify-between gap-2 px-3 sm:px-6">
        <div className="flex items-center gap-4 xl:gap-8">
          <Brand to={signedIn ? paths.dashboard : paths.landing} />
          {signedIn ? <SectionLinks /> : null}
        </div>
        <div className="flex items-center">
          <LiveChip />
          <button
            type="button"
            className="btn btn-icon"
            aria-label={common.nav.palette}
            title={`${common.nav.palette} (Ctrl K)`}
            onClick={onSearch}
          >
            <IconSearch size={20} aria-hidden="true" />
          </button>
          {signedIn ? <HideAmounts /> : null}
          <Display />
          {signedIn ? <Person /> : <VisitorLinks />}
        </div>
      </div>
    </header>
  );
}
