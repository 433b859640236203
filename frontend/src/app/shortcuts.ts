// SPDX-License-Identifier: MIT
// Keys that work on every page. Single keys can be switched off and never place an order.
import { useHotkeys } from 'react-hotkeys-hook';
import { useNavigate } from 'react-router';
import { sections } from '~/app/nav';
import { usePreferences } from '~/lib/preferences';

interface Actions {
  signedIn: boolean;
  openPalette: () => void;
  openSheet: () => void;
}

const jumps = sections.map(({ key }) => `g>${key}`);

function focusSearch(): void {
  document.querySelector<HTMLElement>('[data-page-search]')?.focus();
}

export function useShortcuts({ signedIn, openPalette, openSheet }: Actions): void {
  const navigate = useNavigate();
  const { singleKeys } = usePreferences();
  useHotkeys('mod+k', openPalette, { preventDefault: true, enableOnFormTags: true });
  useHotkeys('?', openSheet, { enabled: singleKeys, useKey: true });
  useHotkeys('/', focusSearch, { enabled: singleKeys, useKey: true, preventDefault: true });
  useHotkeys(
    jumps,
    (_, { keys }) => {
      const target = sections.find(({ key }) => key === keys?.at(-1));
      if (target) navigate(target.to);
    },
    { enabled: singleKeys && signedIn },
  );
}
