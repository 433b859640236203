// SPDX-License-Identifier: MIT
import { pageTitle } from '~/app/meta';
import { MarketPage } from '~/features/market/MarketPage';
import { market } from '~/text/market';

export const meta = () => pageTitle(market.title, market.text);

export default MarketPage;
