// SPDX-License-Identifier: MIT
// Assets somebody follows. Of people they are kept on the server; visitors' stars stay in the browser, until whoever
// signs in there takes them along.
import { type QueryClient, queryOptions, useQuery } from '@tanstack/react-query';
import { GET, PUT, unwrap } from '~/api/client';
import { roots } from '~/api/keys';
import { useSessionState } from '~/api/session';
import { clearFavourites, readFavourites, useFavourites } from '~/lib/favourites';

/** The list behind the stars; others may stand beside it. */
const STARRED = 'Starred';
const MOST = 100;

async function readStarred(signal?: AbortSignal): Promise<string[]> {
  const { data } = await unwrap(GET('/api/v1/watchlists', { signal }));
  return data.find(({ name }) => name === STARRED)?.asset_ids ?? [];
}

async function writeStarred(asset_ids: string[]): Promise<string[]> {
  const params = { path: { name: STARRED } };
  return (await unwrap(PUT('/api/v1/watchlists/{name}', { params, body: { asset_ids } }))).asset_ids;
}

export const starredQuery = () =>
  queryOptions({
    queryKey: [...roots.person, 'starred'],
    queryFn: async ({ signal }) => {
      const kept = await readStarred(signal);
      const brought = readFavourites().filter((id) => !kept.includes(id));
      if (brought.length === 0) return kept;
      // What cannot be taken along must not keep the rest from being shown.
      const all = await writeStarred([...kept, ...brought].slice(0, MOST)).catch(() => null);
      if (all) clearFavourites();
      return all ?? kept;
    },
    staleTime: 60_000,
  });

/** `data` is missing until the server has told them. */
export function useStarred() {
  const mine = useSessionState() === 'active';
  const visitors = useFavourites();
  const kept = useQuery({ ...starredQuery(), enabled: mine });
  return mine
    ? { data: kept.data, error: kept.error, refetch: () => void kept.refetch() }
    : { data: visitors, error: null, refetch: () => {} };
}

export interface Star {
  assetId: string;
  on: boolean;
}

function withStar(ids: readonly string[], { assetId, on }: Star): string[] {
  const others = ids.filter((id) => id !== assetId);
  return on ? [...others, assetId] : others;
}

const starring = ['starring'];

/** Shown at once and taken back if the server refuses. One after the other, each upon what is kept by then. */
export const starMutation = (cache: QueryClient, onRefused: (error: unknown, star: Star) => void) => {
  const { queryKey } = starredQuery();
  const show = (star: Star) => cache.setQueryData(queryKey, (ids) => withStar(ids ?? [], star));
  return {
    mutationKey: starring,
    scope: { id: 'starred' },
    mutationFn: async (star: Star) => writeStarred(withStar(await readStarred(), star)),
    onMutate: async (star: Star) => {
      await cache.cancelQueries({ queryKey });
      show(star);
    },
    onError: (error: unknown, star: Star) => {
      show({ ...star, on: !star.on });
      onRefused(error, star);
    },
    onSettled: () => {
      if (cache.isMutating({ mutationKey: starring }) === 1) void cache.invalidateQueries({ queryKey });
    },
  };
};
