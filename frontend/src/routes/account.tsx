// SPDX-License-Identifier: MIT
import { pageTitle } from '~/app/meta';
import { AccountPage } from '~/features/account/AccountPage';
import { account } from '~/text/account';

export const meta = () => pageTitle(account.title, account.text);

export default AccountPage;
