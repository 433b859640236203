// SPDX-License-Identifier: MIT
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { moversQuery } from '~/api/market';
import { useSessionState } from '~/api/session';
import { paths } from '~/app/paths';
import { count } from '~/lib/format';
import { landing } from '~/text/landing';
import { Card } from '~/ui/Card';
import { Movers } from '~/ui/Movers';

const MOVERS = 6;

function Points() {
  return (
    <ul className="mt-12 grid gap-x-10 gap-y-8 sm:grid-cols-2">
      {landing.points.map(({ title, text }) => (
        <li key={title} className="border-primary border-s-2 ps-4">
          <h2 className="font-semibold">{title}</h2>
          <p className="mt-1 text-muted">{text}</p>
        </li>
      ))}
    </ul>
  );
}

export function LandingPage() {
  const session = useSessionState();
  const movers = useQuery(moversQuery(MOVERS));
  const active = movers.data?.active;
  return (
    <div className="mx-auto grid max-w-6xl items-start gap-10 py-4 lg:grid-cols-[minmax(0,1fr)_23rem] lg:py-12">
      <div>
        <h1 className="font-semibold text-4xl leading-tight tracking-tight sm:text-5xl">{landing.title}</h1>
        <p className="mt-5 max-w-2xl text-lg text-muted leading-relaxed">{landing.text}</p>
        <div className="mt-8 flex flex-wrap gap-3">
          {session === 'active' ? (
            <Link to={paths.dashboard} className="btn btn-primary px-6">
              {landing.dashboard}
            </Link>
          ) : (
            <Link to={paths.register} className="btn btn-primary px-6">
              {landing.open}
            </Link>
          )}
          <Link to={paths.market} className="btn px-6">
            {landing.browse}
          </Link>
        </div>
        <Points />
        <nav aria-label={landing.more} className="mt-12 flex flex-wrap gap-x-6 gap-y-2">
          <a href="/docs" className="link inline-flex min-h-6 items-center">
            {landing.docs}
          </a>
          <a href="/api/v1/openapi.json" className="link inline-flex min-h-6 items-center">
            {landing.spec}
          </a>
        </nav>
      </div>
      <Card title={landing.movers}>
        <Movers rows={MOVERS} />
        <p className="min-h-12 border-line border-t px-4 py-3 text-muted text-sm">
          {active === undefined ? '…' : landing.assets(count(active))}
        </p>
      </Card>
    </div>
  );
}
