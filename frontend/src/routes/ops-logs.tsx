// SPDX-License-Identifier: MIT
import { pageTitle } from '~/app/meta';
import { LogsPage } from '~/features/ops/LogsPage';
import { logs } from '~/text/logs';

export const meta = () => pageTitle(logs.title, logs.text);

export default LogsPage;
