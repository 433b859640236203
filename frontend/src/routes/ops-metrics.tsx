// SPDX-License-Identifier: MIT
import { pageTitle } from '~/app/meta';
import { MetricsPage } from '~/features/ops/MetricsPage';
import { ops } from '~/text/ops';

export const meta = () => pageTitle(ops.metrics.title, ops.metrics.text);

export default MetricsPage;
