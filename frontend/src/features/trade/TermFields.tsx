// SPDX-License-Identifier: MIT
// How long a limit order waits, and what it may not do meanwhile.
import { useId } from 'react';
import type { SelfTradePrevention, TimeInForce } from '~/api/types';
import { type Terms, waitsOnBook } from '~/features/trade/limit';
import { usePreferences } from '~/lib/preferences';
import { limits } from '~/text/limits';
import { Field } from '~/ui/Field';
import { Select } from '~/ui/Select';

/** As chosen in the form: the end is what its field holds. */
export interface ChosenTerms extends Omit<Terms, 'expiresAt'> {
  expires: string;
}

export const usualTerms: ChosenTerms = {
  timeInForce: 'GTC',
  expires: '',
  postOnly: false,
  selfTrade: 'cancel_newest',
};

const waiting = ['GTC', 'GTD', 'DAY'] as const satisfies readonly TimeInForce[];
const terms = ['GTC', 'GTD', 'DAY', 'IOC', 'FOK'] as const satisfies readonly TimeInForce[];
const choices = [
  'cancel_newest',
  'cancel_oldest',
  'cancel_both',
] as const satisfies readonly SelfTradePrevention[];

interface Props {
  value: ChosenTerms;
  /** What speaks against the term, and against the time it ends at. */
  error: string | undefined;
  expiryError: string | undefined;
  onChange: (value: ChosenTerms) => void;
  /** It cannot do without waiting: it waits for a price first. */
  onlyWaits?: boolean;
}

function PostOnly({ value, onChange }: Pick<Props, 'value' | 'onChange'>) {
  const id = useId();
  return (
    <div>
      <label className="flex min-h-11 items-center gap-3 font-medium text-sm">
        <input
          type="checkbox"
          className="check"
          checked={value.postOnly}
          aria-describedby={id}
          onChange={(event) => onChange({ ...value, postOnly: event.target.checked })}
        />
        {limits.postOnly}
      </label>
      <p id={id} className="text-muted text-sm">
        {limits.postOnlyHint}
      </p>
    </div>
  );
}

export function TermFields({ value, error, expiryError, onChange, onlyWaits = false }: Props) {
  const { zone } = usePreferences();
  return (
    <>
      <Select
        label={limits.term}
        hint={limits.termHints[value.timeInForce]}
        error={error}
        value={value.timeInForce}
        onChange={(term) => onChange({ ...value, timeInForce: term as TimeInForce })}
      >
        {(onlyWaits ? waiting : terms).map((term) => (
          <option key={term} value={term}>
            {limits.terms[term]}
          </option>
        ))}
      </Select>
      {value.timeInForce === 'GTD' ? (
        <Field
          type="datetime-local"
          label={limits.expires}
          hint={limits.expiresHint[zone]}
          error={expiryError}
          value={value.expires}
          onChange={(event) => onChange({ ...value, expires: event.target.value })}
        />
      ) : null}
      {waitsOnBook(value.timeInForce) && !onlyWaits ? <PostOnly value={value} onChange={onChange} /> : null}
      <details className="disclosure">
        <summary>{limits.advanced}</summary>
        <Select
          className="pt-2"
          label={limits.selfTrade}
          hint={limits.selfTradeHint}
          value={value.selfTrade}
          onChange={(choice) => onChange({ ...value, selfTrade: choice as SelfTradePrevention })}
        >
          {choices.map((choice) => (
            <option key={choice} value={choice}>
              {limits.selfTrades[choice]}
            </option>
          ))}
        </Select>
      </details>
    </>
  );
}
