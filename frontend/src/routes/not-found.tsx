// SPDX-License-Identifier: MIT
import { pageTitle } from '~/app/meta';
import { NotFoundPage } from '~/app/NotFoundPage';
import { common } from '~/text/common';

export const meta = () => pageTitle(common.page404.title);

export default NotFoundPage;
