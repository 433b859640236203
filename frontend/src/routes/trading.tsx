// SPDX-License-Identifier: MIT
import { pageTitle } from '~/app/meta';
import { TradePage } from '~/features/trade/TradePage';
import { useHydrated } from '~/lib/hydrated';
import { trade } from '~/text/trade';

export const meta = () => pageTitle(trade.title, trade.text);

export default function TradingRoute() {
  // The order in the address is read when the page starts to run, not from the prerendered file.
  return <TradePage key={useHydrated() ? 'running' : 'file'} />;
}
