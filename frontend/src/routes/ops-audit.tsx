// SPDX-License-Identifier: MIT
import { pageTitle } from '~/app/meta';
import { AuditPage } from '~/features/ops/AuditPage';
import { ops } from '~/text/ops';

export const meta = () => pageTitle(ops.audit.title, ops.audit.text);

export default AuditPage;
