// SPDX-License-Identifier: MIT
import { paths } from '~/app/paths';
import { common } from '~/text/common';

/** A page whose own code failed. Plain links: the router's state may be what is broken. */
export function CrashPage({ onRetry }: { onRetry?: () => void }) {
  return (
    <div role="alert" className="mx-auto flex max-w-xl flex-col items-start gap-4 px-4 py-16">
      <h1 className="font-semibold text-3xl tracking-tight">{common.crash.title}</h1>
      <p className="text-muted">{common.crash.text}</p>
      <div className="flex flex-wrap gap-3">
        <button
          type="button"
          className="btn btn-primary"
          onClick={() => (onRetry ? onRetry() : window.location.reload())}
        >
          {common.retry}
        </button>
        <a className="btn" href={paths.dashboard}>
          {common.nav.dashboard}
        </a>
      </div>
    </div>
  );
}
