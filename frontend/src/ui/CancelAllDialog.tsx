// SPDX-License-Identifier: MIT
// Asks before all open orders are taken off the books, and says how many that were.
import { cancelAllOrders } from '~/api/trading';
import { limits } from '~/text/limits';
import { CancelQuestion } from '~/ui/CancelQuestion';
import { notifyDone } from '~/ui/toast';

const words = limits.cancelAll;

function tell(count: number): void {
  notifyDone({ title: count > 0 ? words.done(count) : words.none });
}

interface Props {
  /** Of this asset alone. */
  assetId?: string | undefined;
  onClose: () => void;
  after: () => HTMLElement | null;
}

export default function CancelAllDialog({ assetId, ...rest }: Props) {
  const asked = assetId ? { ...words, ...words.one(assetId) } : words;
  return <CancelQuestion words={asked} cancel={() => cancelAllOrders(assetId)} tell={tell} {...rest} />;
}
