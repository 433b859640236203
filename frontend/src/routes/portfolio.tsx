// SPDX-License-Identifier: MIT
import { pageTitle } from '~/app/meta';
import { PortfolioPage } from '~/features/portfolio/PortfolioPage';
import { portfolio } from '~/text/portfolio';

export const meta = () => pageTitle(portfolio.title, portfolio.text);

export default PortfolioPage;
