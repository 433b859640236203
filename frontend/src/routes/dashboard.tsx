// SPDX-License-Identifier: MIT
import { pageTitle } from '~/app/meta';
import { DashboardPage } from '~/features/dashboard/DashboardPage';
import { Gift } from '~/features/gift/Gift';
import { dashboard } from '~/text/dashboard';

export const meta = () => pageTitle(dashboard.title, dashboard.text);

export default function DashboardRoute() {
  return <DashboardPage extra={__CNOP_GIFT__ ? <Gift /> : null} />;
}
