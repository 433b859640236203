// SPDX-License-Identifier: MIT
import { Link } from 'react-router';
import type { Holding } from '~/api/types';
import { paths } from '~/app/paths';
import * as decimal from '~/lib/decimal';
import { portfolio as words } from '~/text/portfolio';

interface Props {
  holding: Pick<Holding, 'asset_id' | 'quantity' | 'held_quantity'>;
  text: string;
  className: string;
}

/** To the sale of the whole position, filled in: its preview and its confirmation are those of every order. */
export function CloseLink({ holding: { asset_id, quantity, held_quantity }, text, className }: Props) {
  const free = decimal.subtract(quantity, held_quantity);
  if (decimal.sign(free) <= 0) return null;
  return (
    <Link to={paths.close(asset_id, free)} className={className} aria-label={words.closeAsset(asset_id)}>
      {text}
    </Link>
  );
}
