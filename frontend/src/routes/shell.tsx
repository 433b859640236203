// SPDX-License-Identifier: MIT
import { Outlet } from 'react-router';
import { Shell } from '~/app/Shell';

export default function ShellRoute() {
  return (
    <Shell>
      <Outlet />
    </Shell>
  );
}
