import { Button } from "@mantine/core";
import { Link, useRouter, type ErrorComponentProps } from "@tanstack/react-router";

import { Empty, Failure, Loading } from "@/components/states";

export const NotFound = () => (
  <Empty whole title="There is no such page" icon="search" action={<Button component={Link} to="/jobs" variant="default">Go to jobs</Button>}>
    The address may be mistyped, or what it led to is gone.
  </Empty>
);

export function RouteFailure({ error }: ErrorComponentProps) {
  const router = useRouter();
  return <Failure whole error={error instanceof Error ? error : new Error(String(error))} onRetry={() => void router.invalidate()} />;
}

export const RouteLoading = () => <Loading lines={8} />;
