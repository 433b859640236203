// SPDX-License-Identifier: MIT
import { pageTitle } from '~/app/meta';
import { DashboardPage } from '~/features/dashboard/DashboardPage';
import { RedPacket } from '~/features/redpacket/RedPacket';
import { dashboard } from '~/text/dashboard';

export const meta = () => pageTitle(dashboard.title, dashboard.text);

export default function DashboardRoute() {
  return <DashboardPage extra={__CNOP_RED_PACKET__ ? <RedPacket /> : null} />;
}
