// SPDX-License-Identifier: MIT

import { zodResolver } from '@hookform/resolvers/zod';
import { useMutation } from '@tanstack/react-query';
import { type UseFormReturn, useForm, useWatch } from 'react-hook-form';
import { login, register } from '~/api/commands';
import { isProblem } from '~/api/problem';
import { PasswordChecks } from '~/features/auth/PasswordChecks';
import { type RegisterInput, registerFields, registerRules } from '~/features/auth/rules';
import { useHydrated } from '~/lib/hydrated';
import { auth } from '~/text/auth';
import { Button } from '~/ui/Button';
import { Field } from '~/ui/Field';
import { showFaults } from '~/ui/form';
import { PasswordField } from '~/ui/PasswordField';
import { ProblemPanel } from '~/ui/ProblemPanel';

const empty: RegisterInput = {
  username: '',
  email: '',
  password: '',
  first_name: '',
  last_name: '',
  phone: '',
  date_of_birth: '',
  marketing_emails_consent: false,
};

async function openAccount(input: RegisterInput): Promise<void> {
  await register({ ...input, phone: input.phone || null, date_of_birth: input.date_of_birth || null });
  await login({ username: input.username, password: input.password });
}

/** Whether the refusal is shown beside a field, so that no general message is needed. */
function shownAtField(error: unknown, form: UseFormReturn<RegisterInput>): boolean {
  if (isProblem(error) && error.code === 'username_taken') {
    form.setError('username', { message: auth.register.usernameTaken }, { shouldFocus: true });
    return true;
  }
  if (isProblem(error) && error.code === 'email_taken') {
    form.setError('email', { message: auth.register.emailTaken }, { shouldFocus: true });
    return true;
  }
  if (isProblem(error) && error.code.startsWith('password_')) {
    form.setError('password', { message: error.message }, { shouldFocus: true });
    return true;
  }
  return showFaults(error, registerFields, form.setError);
}

function MoreFields({ form }: { form: UseFormReturn<RegisterInput> }) {
  const { errors } = form.formState;
  return (
    <details
      className="rounded-lg border border-line px-4 py-2"
      open={Boolean(errors.phone || errors.date_of_birth)}
    >
      <summary className="flex min-h-10 items-center font-medium text-sm">{auth.register.more}</summary>
      <div className="flex flex-col gap-4 py-3">
        <Field
          label={auth.fields.phone}
          optional
          type="tel"
          autoComplete="tel"
          hint={auth.fields.phoneHint}
          error={errors.phone?.message}
          {...form.register('phone')}
        />
        <Field
          label={auth.fields.dateOfBirth}
          optional
          type="date"
          autoComplete="bday"
          error={errors.date_of_birth?.message}
          {...form.register('date_of_birth')}
        />
      </div>
    </details>
  );
}

export function RegisterForm({ onDone }: { onDone: (firstName: string) => void }) {
  const hydrated = useHydrated();
  const form = useForm<RegisterInput>({ resolver: zodResolver(registerRules), defaultValues: empty });
  const { errors } = form.formState;
  const [password, username] = useWatch({ control: form.control, name: ['password', 'username'] });
  const open = useMutation({ mutationFn: openAccount, onSuccess: (_, sent) => onDone(sent.first_name) });

  function submit(input: RegisterInput) {
    open.mutate(input, {
      onError: (error) => {
        if (shownAtField(error, form)) open.reset();
      },
    });
  }

  return (
    <form noValidate onSubmit={form.handleSubmit(submit)}>
      <fieldset disabled={!hydrated} className="flex flex-col gap-4">
        <div className="grid gap-4 sm:grid-cols-2">
          <Field
            label={auth.fields.firstName}
            autoComplete="given-name"
            error={errors.first_name?.message}
            {...form.register('first_name')}
          />
          <Field
            label={auth.fields.lastName}
            autoComplete="family-name"
            error={errors.last_name?.message}
            {...form.register('last_name')}
          />
        </div>
        <Field
          label={auth.fields.email}
          type="email"
          autoComplete="email"
          error={errors.email?.message}
          {...form.register('email')}
        />
        <Field
          label={auth.fields.username}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          hint={auth.fields.usernameHint}
          error={errors.username?.message}
          {...form.register('username')}
        />
        <PasswordField
          label={auth.fields.password}
          autoComplete="new-password"
          hint={<PasswordChecks password={password} username={username} />}
          error={errors.password?.message}
          {...form.register('password')}
        />
        <MoreFields form={form} />
        <label className="flex min-h-11 items-center gap-3">
          <input
            type="checkbox"
            className="size-5 accent-primary"
            {...form.register('marketing_emails_consent')}
          />
          {auth.fields.consent}
        </label>
        {open.error ? (
          <div className="card">
            <ProblemPanel error={open.error} />
          </div>
        ) : null}
        <Button type="submit" look="primary" busy={open.isPending}>
          {auth.register.submit}
        </Button>
      </fieldset>
    </form>
  );
}
