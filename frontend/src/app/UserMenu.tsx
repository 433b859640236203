// SPDX-License-Identifier: MIT
import { Menu } from '@base-ui/react/menu';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useNavigate } from 'react-router';
import { meQuery } from '~/api/identity';
import { paths } from '~/app/paths';
import { useSignOut } from '~/app/sign-out';
import { common } from '~/text/common';
import { ops } from '~/text/ops';

const item =
  'flex min-h-10 cursor-pointer items-center rounded-md px-3 text-[0.9375rem] outline-none ' +
  'data-highlighted:bg-tint data-highlighted:text-on-tint';

export default function UserMenu({ children }: { children: ReactNode }) {
  // Popups stay inside the landmark they belong to.
  const [host, setHost] = useState<HTMLElement | null>(null);
  const me = useQuery(meQuery());
  const navigate = useNavigate();
  const { signOut, isPending } = useSignOut();
  const name = me.data?.username ?? '';
  return (
    <div ref={setHost}>
      <Menu.Root modal={false} defaultOpen>
        <Menu.Trigger className="btn btn-quiet px-2" aria-label={common.nav.userMenu(name)}>
          {children}
        </Menu.Trigger>
        <Menu.Portal container={host}>
          <Menu.Positioner className="z-40" sideOffset={6} align="end">
            <Menu.Popup className="popup min-w-52 p-1.5">
              <p className="truncate px-3 pt-1.5 pb-2 text-muted text-sm">{name}</p>
              <Menu.Item className={item} onClick={() => navigate(paths.account)}>
                {common.nav.account}
              </Menu.Item>
              <Menu.Item className={item} onClick={() => navigate(paths.insights)}>
                {common.nav.insights}
              </Menu.Item>
              <Menu.Item className={item} onClick={() => navigate(paths.profile)}>
                {common.nav.profile}
              </Menu.Item>
              {me.data?.role === 'admin' ? (
                <Menu.Item className={item} onClick={() => navigate(paths.ops)}>
                  {ops.title}
                </Menu.Item>
              ) : null}
              <Menu.Separator className="my-1.5 border-line border-t" />
              <Menu.Item className={item} disabled={isPending} onClick={() => signOut()}>
                {common.nav.logout}
              </Menu.Item>
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
    </div>
  );
}
