// SPDX-License-Identifier: MIT
import { Outlet } from 'react-router';
import { OpsFrame } from '~/features/ops/OpsFrame';

export default function OpsRoute() {
  return (
    <OpsFrame>
      <Outlet />
    </OpsFrame>
  );
}
