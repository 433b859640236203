// SPDX-License-Identifier: MIT
import { pageTitle } from '~/app/meta';
import { SecurityPage } from '~/features/ops/SecurityPage';
import { guard } from '~/text/guard';

export const meta = () => pageTitle(guard.title, guard.text);

export default SecurityPage;
