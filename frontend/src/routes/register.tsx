// SPDX-License-Identifier: MIT
import { pageTitle } from '~/app/meta';
import { RegisterPage } from '~/features/auth/RegisterPage';
import { auth } from '~/text/auth';

export const meta = () => pageTitle(auth.register.title, auth.register.text);

export default RegisterPage;
