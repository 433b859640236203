// SPDX-License-Identifier: MIT
import {
  IconArrowsExchange,
  IconBuildingBank,
  IconBulb,
  IconChartCandle,
  IconChartPie,
  IconLayoutDashboard,
  IconReceipt,
} from '@tabler/icons-react';
import { paths } from '~/app/paths';
import { common } from '~/text/common';

/** Sections of the product in their order; those marked as phone stand in the bar at the bottom of phones. */
export const sections = [
  { to: paths.dashboard, label: common.nav.dashboard, Icon: IconLayoutDashboard, phone: true, key: 'd' },
  { to: paths.market, label: common.nav.market, Icon: IconChartCandle, phone: true, key: 'm' },
  { to: paths.trading, label: common.nav.trade, Icon: IconArrowsExchange, phone: true, key: 't' },
  { to: paths.orders, label: common.nav.orders, Icon: IconReceipt, phone: true, key: 'o' },
  { to: paths.portfolio, label: common.nav.portfolio, Icon: IconChartPie, phone: true, key: 'p' },
  { to: paths.account, label: common.nav.account, Icon: IconBuildingBank, phone: false, key: 'a' },
  { to: paths.insights, label: common.nav.insights, Icon: IconBulb, phone: false, key: 'i' },
] as const;
