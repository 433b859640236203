// SPDX-License-Identifier: MIT
import { common } from '~/text/common';
import { Button } from '~/ui/Button';

interface Props {
  list: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => void };
}

/** Fetches the next page of a list; absent when there is none. */
export function LoadMore({ list }: Props) {
  if (!list.hasNextPage) return null;
  return (
    <div className="flex justify-center border-line border-t p-3">
      <Button busy={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
        {common.more}
      </Button>
    </div>
  );
}
