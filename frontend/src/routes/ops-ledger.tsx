// SPDX-License-Identifier: MIT
import { pageTitle } from '~/app/meta';
import { LedgerPage } from '~/features/ops/LedgerPage';
import { ledger } from '~/text/ledger';

export const meta = () => pageTitle(ledger.title, ledger.text);

export default LedgerPage;
