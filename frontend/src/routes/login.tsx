// SPDX-License-Identifier: MIT
import { pageTitle } from '~/app/meta';
import { LoginPage } from '~/features/auth/LoginPage';
import { auth } from '~/text/auth';

export const meta = () => pageTitle(auth.login.title, auth.login.text);

export default LoginPage;
