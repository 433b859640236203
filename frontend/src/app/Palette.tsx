// SPDX-License-Identifier: MIT
// Ctrl-K: jump to a page or an asset, run a command. Loaded when it is first opened.
import { Dialog } from '@base-ui/react/dialog';
import { useQuery } from '@tanstack/react-query';
import { Command } from 'cmdk';
import type { ReactNode } from 'react';
import { useNavigate } from 'react-router';
import { assetsQuery } from '~/api/market';
import { destinations } from '~/app/destinations';
import { paths } from '~/app/paths';
import { useSignOut } from '~/app/sign-out';
import { matchScore } from '~/lib/match';
import { setPreferences, usePreferences } from '~/lib/preferences';
import { common } from '~/text/common';
import { display } from '~/text/display';
import { focusOnce } from '~/ui/focus';

interface Props {
  open: boolean;
  signedIn: boolean;
  onClose: () => void;
}

const itemClass =
  'flex min-h-10 cursor-pointer items-center justify-between gap-4 rounded-md px-3 text-[0.9375rem] ' +
  'data-[selected=true]:bg-tint data-[selected=true]:text-on-tint';

interface ItemProps {
  onSelect: () => void;
  children: ReactNode;
  value: string;
  /** Other words that find it. */
  words?: readonly string[];
}

function Item({ onSelect, children, value, words = [] }: ItemProps) {
  return (
    <Command.Item className={itemClass} value={value} keywords={[...words]} onSelect={onSelect}>
      {children}
    </Command.Item>
  );
}

const theming = ['theme', 'colours', 'display', 'settings'];

function Commands({ signedIn, run }: { signedIn: boolean; run: (work: () => void) => void }) {
  const { hideAmounts } = usePreferences();
  const { signOut } = useSignOut();
  return (
    <Command.Group heading={common.palette.commands}>
      <Item
        value={display.light}
        words={theming}
        onSelect={() => run(() => setPreferences({ theme: 'light' }))}
      >
        {display.light}
      </Item>
      <Item
        value={display.dark}
        words={theming}
        onSelect={() => run(() => setPreferences({ theme: 'dark' }))}
      >
        {display.dark}
      </Item>
      {signedIn ? (
        <>
          <Item
            value="amounts"
            words={['hide amounts', 'show amounts', 'privacy']}
            onSelect={() => run(() => setPreferences({ hideAmounts: !hideAmounts }))}
          >
            {hideAmounts ? common.amounts.show : common.amounts.hide}
          </Item>
          <Item value={common.nav.logout} words={['log out', 'leave']} onSelect={() => run(signOut)}>
            {common.nav.logout}
          </Item>
        </>
      ) : null}
    </Command.Group>
  );
}

function Assets({ go }: { go: (to: string) => void }) {
  const assets = useQuery(assetsQuery());
  if (!assets.data) return <Command.Loading>{common.palette.loadingAssets}</Command.Loading>;
  return (
    <Command.Group heading={common.palette.assets}>
      {assets.data.map((asset) => (
        <Item
          key={asset.asset_id}
          value={`${asset.asset_id} ${asset.name}`}
          onSelect={() => go(paths.asset(asset.asset_id))}
        >
          {asset.name} <span className="text-muted">{asset.asset_id}</span>
        </Item>
      ))}
    </Command.Group>
  );
}

export default function Palette({ open, signedIn, onClose }: Props) {
  const navigate = useNavigate();

  function run(work: () => void) {
    onClose();
    work();
  }

  return (
    <Dialog.Root open={open} onOpenChange={(next) => (next ? undefined : onClose())}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className="dialog dialog-top popup">
          <Dialog.Title className="sr-only">{common.palette.title}</Dialog.Title>
          <Command label={common.palette.title} filter={matchScore}>
            <Command.Input
              // At once: what is typed while the dialog still opens must not go to the page.
              ref={focusOnce}
              className="w-full border-line border-b bg-transparent px-4 py-3.5 text-base outline-none"
              placeholder={common.palette.placeholder}
            />
            <Command.List className="max-h-[calc(76vh-3.5rem)] overflow-y-auto p-2 [&_[cmdk-group-heading]]:px-3 [&_[cmdk-group-heading]]:py-1.5 [&_[cmdk-group-heading]]:text-muted [&_[cmdk-group-heading]]:text-sm">
              <Command.Empty className="p-4 text-muted">{common.palette.empty}</Command.Empty>
              <Command.Group heading={common.palette.pages}>
                {destinations(signedIn).map(({ to, label, words }) => (
                  <Item key={to} value={label} words={words} onSelect={() => run(() => navigate(to))}>
                    {label}
                  </Item>
                ))}
              </Command.Group>
              <Commands signedIn={signedIn} run={run} />
              <Assets go={(to) => run(() => navigate(to))} />
            </Command.List>
          </Command>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
