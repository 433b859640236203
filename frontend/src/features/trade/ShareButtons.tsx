// SPDX-License-Identifier: MIT
import type { Side } from '~/features/trade/input';
import { trade } from '~/text/trade';

const shares = [25, 50, 75, 100] as const;

interface Props {
  side: Side;
  disabled: boolean;
  onPick: (percent: number) => void;
}

/** 25, 50, 75 % or all of the cash (buying) or of the holding (selling). */
export function ShareButtons({ side, disabled, onPick }: Props) {
  return (
    <div className="grid grid-cols-4 gap-2">
      {shares.map((percent) => (
        <button
          key={percent}
          type="button"
          className="btn btn-small px-1"
          disabled={disabled}
          aria-label={side === 'buy' ? trade.shareOfCash(percent) : trade.shareOfHolding(percent)}
          onClick={() => onPick(percent)}
        >
          {trade.share(percent)}
        </button>
      ))}
    </div>
  );
}
