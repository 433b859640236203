// SPDX-License-Identifier: MIT
import { pageTitle } from '~/app/meta';
import { HealthPage } from '~/features/ops/HealthPage';
import { ops } from '~/text/ops';

export const meta = () => pageTitle(ops.health.title, ops.health.text);

export default HealthPage;
