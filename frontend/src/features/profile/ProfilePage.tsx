// SPDX-License-Identifier: MIT
import { Tabs } from '@base-ui/react/tabs';
import { useQuery } from '@tanstack/react-query';
import { meQuery } from '~/api/identity';
import { DetailsForm } from '~/features/profile/DetailsForm';
import { NoticesCard } from '~/features/profile/NoticesCard';
import { PasswordForm } from '~/features/profile/PasswordForm';
import { profileQuery } from '~/features/profile/requests';
import { SessionsCard } from '~/features/profile/SessionsCard';
import { useSearch } from '~/lib/search';
import { profile as words } from '~/text/profile';
import { PageHeader } from '~/ui/PageHeader';
import { ProblemPanel } from '~/ui/ProblemPanel';
import { Skeleton } from '~/ui/Skeleton';

function Details() {
  const profile = useQuery(profileQuery());
  if (profile.data) return <DetailsForm profile={profile.data} />;
  if (!profile.error) return <Skeleton className="h-[36rem]" />;
  return (
    <div className="card">
      <ProblemPanel error={profile.error} onRetry={() => profile.refetch()} />
    </div>
  );
}

function Security() {
  const me = useQuery(meQuery());
  return (
    <div className="flex flex-col gap-5">
      <PasswordForm username={me.data?.username ?? ''} />
      <SessionsCard />
    </div>
  );
}

const parts = ['details', 'security', 'notices'] as const;

export function ProfilePage() {
  const [params, setParams] = useSearch();
  const tab = parts.find((part) => part === params.get('tab')) ?? 'details';
  return (
    <div className="mx-auto max-w-3xl">
      <PageHeader title={words.title} text={words.text} />
      <Tabs.Root value={tab} onValueChange={(next) => setParams({ tab: String(next) }, { replace: true })}>
        <Tabs.List className="mb-5 flex gap-6 border-line border-b" aria-label={words.tabs.label}>
          <Tabs.Tab value="details" className="tab">
            {words.tabs.details}
          </Tabs.Tab>
          <Tabs.Tab value="security" className="tab">
            {words.tabs.security}
          </Tabs.Tab>
          <Tabs.Tab value="notices" className="tab">
            {words.tabs.notices}
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="details">
          <Details />
        </Tabs.Panel>
        <Tabs.Panel value="security">
          <Security />
        </Tabs.Panel>
        <Tabs.Panel value="notices">
          <NoticesCard />
        </Tabs.Panel>
      </Tabs.Root>
    </div>
  );
}
