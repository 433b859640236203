// SPDX-License-Identifier: MIT
// User name and password. Used by the sign-in page and by the dialog shown when a session ends.
import { zodResolver } from '@hookform/resolvers/zod';
import { useMutation } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { login } from '~/api/identity';
import { isProblem } from '~/api/problem';
import { type LoginInput, loginRules } from '~/features/auth/rules';
import { useHydrated } from '~/lib/hydrated';
import { auth } from '~/text/auth';
import { Button } from '~/ui/Button';
import { Field } from '~/ui/Field';
import { PasswordField } from '~/ui/PasswordField';
import { ProblemPanel } from '~/ui/ProblemPanel';

interface Props {
  username?: string | undefined;
  onDone: (username: string) => void;
}

function LoginProblem({ error }: { error: unknown }) {
  if (isProblem(error) && (error.status === 401 || error.status === 404)) {
    return (
      <p role="alert" className="rounded-lg bg-down-tint px-4 py-3 text-down">
        {auth.login.wrong}
      </p>
    );
  }
  return (
    <div className="card">
      <ProblemPanel error={error} />
    </div>
  );
}

export function LoginForm({ username, onDone }: Props) {
  const hydrated = useHydrated();
  const form = useForm<LoginInput>({
    resolver: zodResolver(loginRules),
    defaultValues: { username: username ?? '', password: '' },
  });
  const signIn = useMutation({ mutationFn: login, onSuccess: (_, sent) => onDone(sent.username) });
  const { errors } = form.formState;

  return (
    <form noValidate onSubmit={form.handleSubmit((input) => signIn.mutate(input))}>
      <fieldset disabled={!hydrated} className="flex flex-col gap-4">
        {signIn.error ? <LoginProblem error={signIn.error} /> : null}
        <Field
          label={auth.fields.username}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          error={errors.username?.message}
          {...form.register('username')}
        />
        <PasswordField
          label={auth.fields.password}
          autoComplete="current-password"
          error={errors.password?.message}
          {...form.register('password')}
        />
        <Button type="submit" look="primary" busy={signIn.isPending} className="mt-1">
          {auth.login.submit}
        </Button>
      </fieldset>
    </form>
  );
}
