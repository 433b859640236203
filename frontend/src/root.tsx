// SPDX-License-Identifier: MIT
// The document around every page. Nothing here may depend on who is signed in: it is prerendered.

import font from '@fontsource-variable/inter/files/inter-latin-wght-normal.woff2?url';
import { QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { isRouteErrorResponse, Links, Meta, Outlet, Scripts, ScrollRestoration } from 'react-router';
import { createQueryClient } from '~/api/query-client';
import { CrashPage } from '~/app/CrashPage';
import { keepLive } from '~/app/keep-live';
import { NotFoundPage } from '~/app/NotFoundPage';
import { reportOutcomes } from '~/app/outcomes';
import { pageRuns } from '~/lib/hydrated';
import { keepPages } from '~/lib/offline';
import { warmFormats } from '~/lib/times';
import { reloadOnceWhenCodeIsGone } from '~/lib/updates';
import '~/styles/app.css';
import { common } from '~/text/common';
import { SkeletonRows } from '~/ui/Skeleton';
import type { Route } from './+types/root';

export function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en" suppressHydrationWarning>
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
        <link rel="preload" as="font" type="font/woff2" href={font} crossOrigin="anonymous" />
        <link rel="apple-touch-icon" href="/apple-touch-icon.png" />
        <link rel="manifest" href="/manifest.webmanifest" />
        <Meta />
        <Links />
      </head>
      <body>
        {children}
        <ScrollRestoration />
        <Scripts />
      </body>
    </html>
  );
}

export default function Root() {
  const [queryClient] = useState(createQueryClient);
  useEffect(() => {
    pageRuns();
    warmFormats();
    reloadOnceWhenCodeIsGone();
    const stops = [reportOutcomes(queryClient), keepPages(), keepLive(queryClient)];
    return () => {
      for (const stop of stops) stop();
    };
  }, [queryClient]);
  return (
    <QueryClientProvider client={queryClient}>
      <Outlet />
    </QueryClientProvider>
  );
}

export function ErrorBoundary({ error }: Route.ErrorBoundaryProps) {
  if (isRouteErrorResponse(error) && error.status === 404) return <NotFoundPage />;
  return <CrashPage />;
}

/** What the pages without a file of their own show until they can run. */
export function HydrateFallback() {
  return (
    <main className="mx-auto w-full max-w-[90rem] px-4 py-24 sm:px-6">
      <h1 className="sr-only">{common.product}</h1>
      <SkeletonRows rows={6} />
    </main>
  );
}
