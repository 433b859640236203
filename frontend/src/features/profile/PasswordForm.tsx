// SPDX-License-Identifier: MIT
import { zodResolver } from '@hookform/resolvers/zod';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { useNavigate } from 'react-router';
import { isProblem } from '~/api/problem';
import { forgetPerson } from '~/api/query-client';
import { signedOut } from '~/api/session';
import { loginPath, paths } from '~/app/paths';
import { changePassword } from '~/features/profile/requests';
import { type PasswordInput, passwordRules } from '~/features/profile/rules';
import { auth } from '~/text/auth';
import { profile } from '~/text/profile';
import { Button } from '~/ui/Button';
import { Card } from '~/ui/Card';
import { PasswordField } from '~/ui/PasswordField';
import { ProblemPanel } from '~/ui/ProblemPanel';
import { passwordFault } from '~/ui/password-words';
import { notifyDone } from '~/ui/toast';

const words = profile.password;

export function PasswordForm({ username }: { username: string }) {
  const cache = useQueryClient();
  const navigate = useNavigate();
  const form = useForm<PasswordInput>({
    resolver: zodResolver(passwordRules),
    defaultValues: { current: '', next: '' },
  });
  const { errors } = form.formState;
  const change = useMutation({
    mutationFn: ({ current, next }: PasswordInput) => changePassword(current, next),
    onSuccess: async () => {
      await navigate(loginPath(paths.dashboard));
      signedOut();
      forgetPerson(cache);
      notifyDone({ title: words.changed, text: words.changedText });
    },
    onError: (error) => {
      if (!isProblem(error)) return;
      const wrong = error.code === 'password_wrong';
      const fault = wrong ? words.wrong : passwordFault(error.code);
      if (!fault) return;
      form.setError(wrong ? 'current' : 'next', { message: fault }, { shouldFocus: true });
      change.reset();
    },
  });

  return (
    <Card title={words.title}>
      <form
        noValidate
        className="flex max-w-lg flex-col gap-4 p-4"
        onSubmit={form.handleSubmit((input) => change.mutate(input))}
      >
        <p className="text-muted">{words.text}</p>
        <input type="text" name="username" autoComplete="username" value={username} readOnly hidden />
        <PasswordField
          label={words.current}
          autoComplete="current-password"
          error={errors.current?.message}
          {...form.register('current')}
        />
        <PasswordField
          label={words.next}
          autoComplete="new-password"
          hint={auth.checks.length}
          error={errors.next?.message}
          {...form.register('next')}
        />
        {change.error ? <ProblemPanel error={change.error} /> : null}
        <Button type="submit" look="primary" busy={change.isPending} className="self-start">
          {words.submit}
        </Button>
      </form>
    </Card>
  );
}
