// SPDX-License-Identifier: MIT
import { zodResolver } from '@hookform/resolvers/zod';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { updateProfile } from '~/api/commands';
import { isProblem } from '~/api/problem';
import { keys } from '~/api/queries';
import type { Profile } from '~/api/types';
import { changeOf, type DetailInput, detailFields, detailRules, detailsOf } from '~/features/profile/rules';
import { auth } from '~/text/auth';
import { common } from '~/text/common';
import { profile as words } from '~/text/profile';
import { Button } from '~/ui/Button';
import { Card } from '~/ui/Card';
import { Field } from '~/ui/Field';
import { showFaults } from '~/ui/form';
import { ProblemPanel } from '~/ui/ProblemPanel';
import { Time } from '~/ui/Time';
import { notifyDone } from '~/ui/toast';

function useSave(onFault: (error: unknown) => boolean) {
  const cache = useQueryClient();
  const save = useMutation({
    mutationFn: updateProfile,
    onSuccess: (saved) => {
      cache.setQueryData(keys.profile, saved);
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
  const save = useSave((error) => {
    if (isProblem(error) && error.code === 'email_taken') {
      form.setError('email', { message: words.details.emailTaken }, { shouldFocus: true });
      return true;
    }
    return showFaults(error, detailFields, form.setError);
  });

  function submit(input: DetailInput) {
    const change = changeOf(before, input);
    if (change) save.mutate(change);
    else notifyDone({ title: words.details.unchanged });
  }

  return (
    <Card title={words.details.title}>
      <form noValidate onSubmit={form.handleSubmit(submit)} className="flex flex-col gap-4 p-4 sm:p-5">
        <Field
          label={auth.fields.username}
          value={profile.username}
          readOnly
          autoComplete="username"
          hint={words.details.fixed}
        />
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
        <div className="grid gap-4 sm:grid-cols-2">
          <Field
            label={auth.fields.phone}
            optional
            type="tel"
            autoComplete="tel"
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
        <label className="flex min-h-11 items-center gap-3">
          <input
            type="checkbox"
            className="size-5 accent-primary"
            {...form.register('marketing_emails_consent')}
          />
          {auth.fields.consent}
        </label>
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
