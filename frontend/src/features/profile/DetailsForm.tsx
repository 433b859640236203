// SPDX-License-Identifier: MIT
import { zodResolver } from '@hookform/resolvers/zod';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { isProblem } from '~/api/problem';
import type { Profile } from '~/api/types';
import { profileKey, updateProfile } from '~/features/profile/requests';
import { changeOf, type DetailInput, detailRules, detailsOf } from '~/features/profile/rules';
import { auth } from '~/text/auth';
import { common } from '~/text/common';
import { profile as words } from '~/text/profile';
import { Button } from '~/ui/Button';
import { Card } from '~/ui/Card';
import { Field } from '~/ui/Field';
import { showFaults } from '~/ui/form';
import { type Bind, ConsentField, EmailField, NameFields, OptionalFields } from '~/ui/PersonFields';
import { ProblemPanel } from '~/ui/ProblemPanel';
import { personFields } from '~/ui/person-rules';
import { Time } from '~/ui/Time';
import { notifyDone } from '~/ui/toast';

function useSave(onFault: (error: unknown) => boolean) {
  const cache = useQueryClient();
  const save = useMutation({
    mutationFn: updateProfile,
    onSuccess: (saved) => {
      cache.setQueryData(profileKey, saved);
      notifyDone({ title: words.details.saved });
    },
    onError: (error) => {
      if (onFault(error)) save.reset();
    },
  });
  return save;
}

export function DetailsForm({ profile }: { profile: Profile }) {
  const before = detailsOf(profile);
  const form = useForm<DetailInput>({ resolver: zodResolver(detailRules), values: before });
  const { errors } = form.formState;
  const bind: Bind = (name) => ({ ...form.register(name), error: errors[name]?.message });
  const save = useSave((error) => {
    if (isProblem(error) && error.code === 'email_taken') {
      form.setError('email', { message: words.details.emailTaken }, { shouldFocus: true });
      return true;
    }
    return showFaults(error, personFields, form);
  });

  function submit(input: DetailInput) {
    const change = changeOf(before, input);
    if (change) save.mutate(change);
    else notifyDone({ title: words.details.unchanged });
  }

  return (
    <Card title={words.details.title}>
      <form noValidate onSubmit={form.handleSubmit(submit)} className="flex flex-col gap-4 p-4">
        <Field
          label={auth.fields.username}
          value={profile.username}
          readOnly
          autoComplete="username"
          hint={words.details.fixed}
        />
        <NameFields bind={bind} />
        <EmailField bind={bind} />
        <OptionalFields bind={bind} />
        <ConsentField {...form.register('marketing_emails_consent')} />
        {save.error ? <ProblemPanel error={save.error} /> : null}
        <div className="flex flex-wrap items-center justify-between gap-3">
          <p className="text-muted text-sm">
            {words.details.since} <Time at={profile.created_at} />
          </p>
          <Button type="submit" look="primary" busy={save.isPending}>
            {common.save}
          </Button>
        </div>
      </form>
    </Card>
  );
}
