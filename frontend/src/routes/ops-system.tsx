// SPDX-License-Identifier: MIT
import { pageTitle } from '~/app/meta';
import { SystemPage } from '~/features/ops/SystemPage';
import { system } from '~/text/system';

export const meta = () => pageTitle(system.title, system.text);

export default SystemPage;
