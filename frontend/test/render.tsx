// SPDX-License-Identifier: MIT
import { QueryClientProvider } from '@tanstack/react-query';
import { render } from '@testing-library/react';
import type { ComponentType } from 'react';
import { createRoutesStub, useLocation } from 'react-router';
import { createQueryClient } from '~/api/query-client';
import { OpenIntentions } from '~/app/OpenIntentions';
import { reportOutcomes } from '~/app/outcomes';
import { Toasts } from '~/app/Toasts';

function Where() {
  const { pathname, search } = useLocation();
  return <output data-testid="where">{pathname + search}</output>;
}

function Frame() {
  return (
    <>
      <OpenIntentions />
      <Toasts />
      <Where />
    </>
  );
}

let stopReports: (() => void) | undefined;

/** Shows a page at an address, with the cache, the router and the toasts around it. */
export function showPage(Page: ComponentType, path: string, at = path) {
  const client = createQueryClient();
  client.setDefaultOptions({
    queries: { ...client.getDefaultOptions().queries, retry: false, refetchInterval: false },
  });
  stopReports?.();
  stopReports = reportOutcomes(client);
  const Stub = createRoutesStub([
    {
      path,
      Component: () => (
        <>
          <main>
            <Page />
          </main>
          <Frame />
        </>
      ),
    },
    { path: '*', Component: Frame },
  ]);
  return render(
    <QueryClientProvider client={client}>
      <Stub initialEntries={[at]} />
    </QueryClientProvider>,
  );
}
