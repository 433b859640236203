// SPDX-License-Identifier: MIT
import { IconStar, IconStarFilled } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useSessionState } from '~/api/session';
import { starMutation } from '~/api/watchlists';
import { toggleFavourite } from '~/lib/favourites';
import { market } from '~/text/market';
import { wordsFor } from '~/ui/problem-words';
import { notifyFailed } from '~/ui/toast';

interface Props {
  asset: { asset_id: string; name: string };
  on: boolean;
}

export function StarButton({ asset, on }: Props) {
  const cache = useQueryClient();
  const mine = useSessionState() === 'active';
  const star = useMutation(
    starMutation(cache, (error) =>
      notifyFailed({ title: market.starFailed(asset.name), text: wordsFor(error).help }),
    ),
  );
  const Icon = on ? IconStarFilled : IconStar;

  function press() {
    if (mine) star.mutate({ assetId: asset.asset_id, on: !on });
    else toggleFavourite(asset.asset_id);
  }

  return (
    <button
      type="button"
      className={`btn btn-icon w-9 ${on ? 'text-warn' : 'text-muted'}`}
      aria-pressed={on}
      aria-label={market.star(asset.name)}
      onClick={press}
    >
      <Icon size={18} aria-hidden="true" />
    </button>
  );
}
