// SPDX-License-Identifier: MIT
import { useQuery } from '@tanstack/react-query';
import { versionQuery } from '~/app/requests';
import { common } from '~/text/common';

export function Footer({ roomBelow }: { roomBelow: boolean }) {
  const server = useQuery(versionQuery());
  const version = server.data?.version;
  return (
    <footer className={`border-line border-t ${roomBelow ? 'pb-16 lg:pb-0' : ''}`}>
      <div className="mx-auto flex max-w-[90rem] flex-wrap items-center justify-between gap-x-6 gap-y-1 px-4 py-4 text-muted text-sm sm:px-6">
        <p>
          {common.footer(__CNOP_UI_VERSION__)}
          {version ? `, ${common.footerServer(version)}` : ''}
        </p>
        <a href="/docs" className="link inline-flex min-h-6 items-center">
          {common.nav.docs}
        </a>
      </div>
    </footer>
  );
}
