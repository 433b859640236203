// SPDX-License-Identifier: MIT
import { Link, Navigate, useNavigate } from 'react-router';
import { useSessionState } from '~/api/session';
import { paths, safeNext } from '~/app/paths';
import { AuthCard } from '~/features/auth/AuthCard';
import { LoginForm } from '~/features/auth/LoginForm';
import { useSearch } from '~/lib/search';
import { auth } from '~/text/auth';

export function LoginPage() {
  const [search] = useSearch();
  const navigate = useNavigate();
  const session = useSessionState();
  const next = safeNext(search.get('next'));

  if (session === 'active') return <Navigate to={next} replace />;

  function done() {
    navigate(next, { replace: true });
  }

  return (
    <AuthCard title={auth.login.title} text={auth.login.text}>
      <LoginForm onDone={done} />
      <p className="mt-6 text-center text-muted">
        {auth.login.other}{' '}
        <Link to={`${paths.register}?next=${encodeURIComponent(next)}`} className="link">
          {auth.login.register}
        </Link>
      </p>
    </AuthCard>
  );
}
