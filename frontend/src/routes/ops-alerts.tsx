// SPDX-License-Identifier: MIT
import { pageTitle } from '~/app/meta';
import { AlertsPage } from '~/features/ops/AlertsPage';
import { ops } from '~/text/ops';

export const meta = () => pageTitle(ops.alerts.title, ops.alerts.text);

export default AlertsPage;
