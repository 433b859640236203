// SPDX-License-Identifier: MIT
// The frame of every page: header, banners, content, footer, phone bar, dialogs that any page may need.
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { ErrorBoundary } from 'react-error-boundary';
import { useLocation } from 'react-router';
import { useSessionState } from '~/api/session';
import { CrashPage } from '~/app/CrashPage';
import { Footer } from '~/app/Footer';
import { Header } from '~/app/Header';
import { OfflineBanner } from '~/app/OfflineBanner';
import { OpenIntentions } from '~/app/OpenIntentions';
import { PhoneNav } from '~/app/PhoneNav';
import { isPrivate, paths } from '~/app/paths';
import { useShortcuts } from '~/app/shortcuts';
import { Toasts } from '~/app/Toasts';
import { common } from '~/text/common';

const EndedDialog = lazy(() => import('~/app/EndedDialog'));
const Palette = lazy(() => import('~/app/Palette'));
const ShortcutSheet = lazy(() => import('~/app/ShortcutSheet'));

export function Shell({ children }: { children: ReactNode }) {
  const { pathname } = useLocation();
  const session = useSessionState();
  const [overlay, setOverlay] = useState<'none' | 'palette' | 'shortcuts'>('none');
  const privatePage = isPrivate(pathname);
  const signedIn = session === 'active' || (privatePage && session !== 'anonymous');
  useShortcuts({
    signedIn,
    openPalette: () => setOverlay('palette'),
    openSheet: () => setOverlay('shortcuts'),
  });
  const close = () => setOverlay('none');

  return (
    <div className="flex min-h-dvh flex-col">
      <a
        href="#content"
        className="btn btn-primary absolute start-3 top-2 z-50 -translate-y-20 focus:translate-y-0"
      >
        {common.skip}
      </a>
      <Header signedIn={signedIn} onSearch={() => setOverlay('palette')} />
      <OfflineBanner />
      <main
        id="content"
        tabIndex={-1}
        className={`mx-auto w-full ${pathname.startsWith(paths.trading) ? 'max-w-[120rem]' : 'max-w-[90rem]'} grow px-4 py-6 outline-none sm:px-6 sm:py-8 ${privatePage ? 'min-h-dvh' : ''}`}
      >
        <ErrorBoundary
          resetKeys={[pathname]}
          fallbackRender={({ resetErrorBoundary }) => <CrashPage onRetry={resetErrorBoundary} />}
        >
          {children}
        </ErrorBoundary>
      </main>
      <Footer roomBelow={signedIn} />
      {signedIn ? <PhoneNav /> : null}
      <OpenIntentions />
      <Toasts />
      <Suspense>
        {session === 'ended' && privatePage ? <EndedDialog /> : null}
        {overlay === 'palette' ? <Palette open signedIn={signedIn} onClose={close} /> : null}
        {overlay === 'shortcuts' ? <ShortcutSheet open onClose={close} /> : null}
      </Suspense>
    </div>
  );
}
