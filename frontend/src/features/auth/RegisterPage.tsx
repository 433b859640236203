// SPDX-License-Identifier: MIT
import { Link, Navigate, useNavigate } from 'react-router';
import { useSessionState } from '~/api/session';
import { paths, safeNext } from '~/app/paths';
import { AuthCard } from '~/features/auth/AuthCard';
import { RegisterForm } from '~/features/auth/RegisterForm';
import { useSearch } from '~/lib/search';
import { auth } from '~/text/auth';
import { notifyDone } from '~/ui/toast';

export function RegisterPage() {
  const [search] = useSearch();
  const navigate = useNavigate();
  const session = useSessionState();
  const next = safeNext(search.get('next'));

  if (session === 'active') return <Navigate to={next} replace />;

  function done(firstName: string) {
    notifyDone({ title: auth.register.welcome(firstName), text: auth.register.welcomeText });
    navigate(next, { replace: true });
  }

  return (
    <AuthCard title={auth.register.title} text={auth.register.text}>
      <RegisterForm onDone={done} />
      <p className="mt-6 text-center text-muted">
        {auth.register.other}{' '}
        <Link to={`${paths.login}?next=${encodeURIComponent(next)}`} className="link">
          {auth.register.login}
        </Link>
      </p>
    </AuthCard>
  );
}
