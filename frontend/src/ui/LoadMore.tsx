// SPDX-License-Identifier: MIT
import { useState } from 'react';
import { common } from '~/text/common';
import { Button } from '~/ui/Button';
import { focusIfLost } from '~/ui/focus';

interface Props {
  list: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => void };
}

/** Fetches the next page of a list. After the last one a sentence takes its place, and the focus it had. */
export function LoadMore({ list }: Props) {
  const [asked, setAsked] = useState(false);
  if (!list.hasNextPage && !asked) return null;
  return (
    <div className="flex justify-center border-line border-t p-3">
      {list.hasNextPage ? (
        <Button
          busy={list.isFetchingNextPage}
          onClick={() => {
            setAsked(true);
            list.fetchNextPage();
          }}
        >
          {common.more}
        </Button>
      ) : (
        <p ref={focusIfLost} tabIndex={-1} className="text-muted text-sm outline-none">
          {common.allLoaded}
        </p>
      )}
    </div>
  );
}
