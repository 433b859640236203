// SPDX-License-Identifier: MIT
import { IconWifiOff } from '@tabler/icons-react';
import { useSyncExternalStore } from 'react';
import { common } from '~/text/common';

function subscribe(listener: () => void): () => void {
  window.addEventListener('online', listener);
  window.addEventListener('offline', listener);
  return () => {
    window.removeEventListener('online', listener);
    window.removeEventListener('offline', listener);
  };
}

export function OfflineBanner() {
  const online = useSyncExternalStore(
    subscribe,
    () => navigator.onLine,
    () => true,
  );
  return (
    <div role="status">
      {online ? null : (
        <p className="flex items-center justify-center gap-2 bg-warn-tint px-4 py-2 font-medium text-sm text-warn">
          <IconWifiOff size={18} aria-hidden="true" className="shrink-0" />
          {common.offline}
        </p>
      )}
    </div>
  );
}
