// SPDX-License-Identifier: MIT
// Something of the moment before the title of a page, such as a price that is followed from another tab.
import { useEffect } from 'react';

export function useTitleNews(news: string | null): void {
  useEffect(() => {
    if (news === null) return;
    const before = document.title;
    const told = `${news} · ${before}`;
    document.title = told;
    return () => {
      // Another page has its own title by now.
      if (document.title === told) document.title = before;
    };
  }, [news]);
}
