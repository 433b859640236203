// SPDX-License-Identifier: MIT
import { pageTitle } from '~/app/meta';
import { TradePage } from '~/features/trade/TradePage';
import { trade } from '~/text/trade';

export const meta = () => pageTitle(trade.title, trade.text);

export default TradePage;
