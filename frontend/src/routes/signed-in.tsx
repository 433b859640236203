// SPDX-License-Identifier: MIT
// Pages for signed-in people. Without a session the visitor is sent to sign in and comes back afterwards.
import { useQueryClient } from '@tanstack/react-query';
import { Navigate, Outlet, useLocation } from 'react-router';
import { meKey } from '~/api/identity';
import { useSessionState } from '~/api/session';
import { loginPath } from '~/app/paths';

export default function SignedInRoute() {
  const session = useSessionState();
  const { pathname, search } = useLocation();
  const cache = useQueryClient();
  const neverSignedInHere = session === 'ended' && cache.getQueryData(meKey) === undefined;
  if (session === 'anonymous' || neverSignedInHere) {
    return <Navigate to={loginPath(pathname + search)} replace />;
  }
  return <Outlet />;
}
