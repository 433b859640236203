// SPDX-License-Identifier: MIT

import { zodResolver } from '@hookform/resolvers/zod';
import { useMutation } from '@tanstack/react-query';
import { type FieldErrors, type UseFormReturn, useForm, useWatch } from 'react-hook-form';
import { login, register } from '~/api/identity';
import { isProblem } from '~/api/problem';
import { PasswordChecks } from '~/features/auth/PasswordChecks';
import { type RegisterInput, registerFields, registerRules } from '~/features/auth/rules';
import { useHydrated } from '~/lib/hydrated';
import { auth } from '~/text/auth';
import { Button } from '~/ui/Button';
import { Field } from '~/ui/Field';
import { leadToFirst, showFaults } from '~/ui/form';
import { PasswordField } from '~/ui/PasswordField';
import { type Bind, ConsentField, EmailField, NameFields, OptionalFields } from '~/ui/PersonFields';
import { ProblemPanel } from '~/ui/ProblemPanel';
import { passwordFault } from '~/ui/password-words';

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
  const password = isProblem(error) ? passwordFault(error.code) : null;
  if (password) {
    form.setError('password', { message: password }, { shouldFocus: true });
    return true;
  }
  return showFaults(error, registerFields, form);
}

function MoreFields({ bind, open }: { bind: Bind; open: boolean }) {
  return (
    <details className="disclosure rounded-lg border border-line px-4" open={open}>
      <summary>{auth.register.more}</summary>
      <div className="py-3">
        <OptionalFields bind={bind} />
      </div>
    </details>
  );
}

export function RegisterForm({ onDone }: { onDone: (firstName: string) => void }) {
  const hydrated = useHydrated();
  const form = useForm<RegisterInput>({
    resolver: zodResolver(registerRules),
    defaultValues: empty,
    // Fields register in another order than they stand in.
    shouldFocusError: false,
  });
  const { errors } = form.formState;
  const bind: Bind = (name) => ({ ...form.register(name), error: errors[name]?.message });
  const [password, username] = useWatch({ control: form.control, name: ['password', 'username'] });
  const open = useMutation({ mutationFn: openAccount, onSuccess: (_, sent) => onDone(sent.first_name) });

  function submit(input: RegisterInput) {
    open.mutate(input, {
      onError: (error) => {
        if (shownAtField(error, form)) open.reset();
      },
    });
  }

  function refuse(faults: FieldErrors<RegisterInput>) {
    leadToFirst(
      registerFields.filter((name) => faults[name]),
      form.setFocus,
    );
  }

  return (
    <form noValidate onSubmit={form.handleSubmit(submit, refuse)}>
      <fieldset disabled={!hydrated} className="flex flex-col gap-4">
        <NameFields bind={bind} />
        <EmailField bind={bind} />
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
        <MoreFields bind={bind} open={Boolean(errors.phone || errors.date_of_birth)} />
        <ConsentField {...form.register('marketing_emails_consent')} />
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
