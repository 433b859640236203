// SPDX-License-Identifier: MIT
import { LandingPage } from '~/features/landing/LandingPage';
import { common } from '~/text/common';
import { landing } from '~/text/landing';

export const meta = () => [
  { title: `${common.product}: ${landing.title}` },
  { name: 'description', content: landing.description },
];

export default LandingPage;
