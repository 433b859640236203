// SPDX-License-Identifier: MIT
import { IconDownload } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { exports as words } from '~/text/exports';
import { Button } from '~/ui/Button';
import type { Exported } from '~/ui/ExportDialog';

const ExportDialog = lazy(() => import('~/ui/ExportDialog'));

interface Props {
  exported: readonly Exported[];
  /** What the list on the page is limited to. */
  filter?: Record<string, string> | undefined;
  /** Those that the list is limited to. */
  days?: { from: string; to: string };
}

export function ExportButton({ exported, filter, days }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button small onClick={() => setOpen(true)}>
        <IconDownload size={16} aria-hidden="true" />
        {words.open}
      </Button>
      {open ? (
        <Suspense>
          <ExportDialog exported={exported} filter={filter} days={days} onClose={() => setOpen(false)} />
        </Suspense>
      ) : null}
    </>
  );
}
